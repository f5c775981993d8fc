"""`flowreel consistency --features`: metrics that need a network, in a program that can run TorchScript and in one that
cannot (FLOWREEL_TORCHSCRIPT in the environment says which one this is)."""

import hashlib
import json
import os
import pathlib

import cli_program as cli
import textured_clips as clips
from consistency_program import QUIET, SILENT, ConsistencyTest

FEATURES = cli.ROOT / "tests/data/features"
CAN_RUN = os.environ.get("FLOWREEL_TORCHSCRIPT") == "1"
OF = {
    "dino": ["subject_consistency", "subject_consistency_crop224", "drift_curve_dino"],
    "clip": ["background_consistency", "clip_temp", "drift_curve_clip"],
    "raft": ["dynamic_degree", "warping_error_raft"],
    "lpips": ["lpips_adjacent"],
}
ALL = [name for names in OF.values() for name in names]


class FeaturesTest(ConsistencyTest):
    def setUp(self):
        super().setUp()
        self.write("pan.mkv", clips.pan())

    def manifest(self, change=lambda models: None, name="features.json"):
        """The small networks' manifest, with absolute names, changed."""
        document = json.loads((FEATURES / "features.json").read_text())
        for model in document["models"].values():
            model["file"] = str(FEATURES / model["file"])
        change(document["models"])
        (self.folder / name).write_text(json.dumps(document))
        return name

    def assert_missing(self, metric, *texts):
        self.assertEqual((metric["status"], metric["value"], metric["per_frame"]), ("weights_missing", None, []))
        for text in texts:
            self.assertIn(text, metric["note"])


class Missing(FeaturesTest):
    def test_nobody_hears_of_them_unless_they_are_asked_for(self):
        self.assertFalse(set(ALL) & self.metrics("pan.mkv").keys())
        self.assertNotIn("network", " ".join(self.parsed("results.json")["versions"]))

    def test_without_a_manifest_those_that_are_named_say_how_to_give_one(self):
        found = self.metrics("pan.mkv", "--metrics", ",".join(ALL))
        self.assertEqual(sorted(found), sorted(ALL))
        for role, names in OF.items():
            for name in names:
                self.assert_missing(found[name], "--features", role)

    def test_gates_fail_closed(self):
        result = self.run_in("consistency", "pan.mkv", "--metrics", "si", "--gate", "clip_temp>=0.5", *QUIET)
        self.assertEqual(result.code, 1)
        self.assert_error(result, "clip_temp", "weights_missing")
        result = self.run_in("consistency", "pan.mkv", "--gate", "clip_temp>=0.5", *QUIET)
        self.assertEqual(result.code, 1)
        self.assert_error(result, "clip_temp", "not measured")

    def test_the_table_and_the_page_say_so(self):
        table = self.succeed("consistency", "pan.mkv", "--metrics", "clip_temp", "--html", "r.html", *SILENT).out
        self.assertRegex(table, r"(?m)^  clip_temp +- +↑ +weights_missing$")
        self.assertIn("weights missing", (self.folder / "r.html").read_text(encoding="utf-8"))

    def test_only_a_program_that_was_asked_to_can_load_archives(self):
        loads = b"_ZN5torch3jit4load" in pathlib.Path(cli.PROGRAM).read_bytes()
        self.assertEqual(loads, CAN_RUN)


class WithAManifest(FeaturesTest):
    def test_all_networks(self):
        found = self.metrics("pan.mkv", "--features", self.manifest())
        versions = self.parsed("results.json")["versions"]
        if not CAN_RUN:
            for name in ALL:
                self.assert_missing(found[name], "built without TorchScript", ".pt")
            self.assertNotIn("network dino", versions)
            return
        self.assertEqual({name for name in ALL if found[name]["status"] != "ok"}, {"subject_consistency_crop224"})
        self.assertIn("224, bilinear, no crop", versions["network dino"])
        self.assertLess(found["lpips_adjacent"]["value"], 1)
        self.assertIn("decord", found["subject_consistency"]["note"])
        self.assertIn("cv2-compat", found["dynamic_degree"]["note"])

    def test_only_those_of_the_manifest(self):
        name = self.manifest(lambda models: [models.pop(role) for role in ("dino", "clip", "raft")])
        self.assertEqual(set(ALL) & self.metrics("pan.mkv", "--features", name).keys(), set(OF["lpips"]))
        found = self.metrics("pan.mkv", "--features", name, "--metrics", "clip_temp,lpips_adjacent")
        self.assert_missing(found["clip_temp"], "lists no clip")

    def test_files_that_cannot_be_used(self):
        (self.folder / "prose.pt").write_bytes(b"this is no archive")
        digest = 64 * "7"

        def break_all(models):
            models["dino"]["file"] = "gone.pt"
            models["clip"]["sha256"] = digest
            models["raft"]["torch"] = "99.0"
            models["lpips"] |= {"file": "prose.pt", "sha256": hashlib.sha256(b"this is no archive").hexdigest()}

        reasons = {"dino": "gone.pt", "clip": digest, "raft": "torch 99.0", "lpips": "TorchScript archive"}
        found = self.metrics("pan.mkv", "--features", self.manifest(break_all))
        for role, names in OF.items():
            for name in names:
                self.assert_missing(found[name], reasons[role] if CAN_RUN else "built without TorchScript", ".pt")
        self.assertEqual(found["si"]["status"], "ok")

    def test_results_are_a_baseline(self):
        name = self.manifest()
        self.measure("pan.mkv", "--features", name, out="base.json")
        result = self.run_in("consistency", "pan.mkv", "--features", name, "--against", "base.json", *QUIET)
        self.assertEqual(result.code, 0, result.err)

    def test_several_clips_at_once(self):
        names = [self.write(f"{seed}.mkv", clips.pan(4, seed=seed)) for seed in range(3)]
        arguments = (*names, "--features", self.manifest(), "--metrics", ",".join(ALL))
        self.assertEqual(self.measure(*arguments, "--parallel", 1), self.measure(*arguments, "--parallel", 3))

    def test_a_network_that_fails_is_an_error_of_the_clip(self):
        result = self.run_in("consistency", "pan.mkv", "--features", FEATURES / "features-broken.json", *QUIET)
        self.assertEqual(result.code, 65 if CAN_RUN else 0, result.err)
        if CAN_RUN:
            self.assert_error(result, "pan.mkv", "fails.pt", "seven frames")


if __name__ == "__main__":
    cli.main()
