"""What `flowreel consistency` refuses: one line that names the thing, an exit code, and nothing left behind."""

import json
import os

import cli_program as cli
import textured_clips as clips
from consistency_program import QUIET, ConsistencyTest

OUTPUTS = ("--json", "--csv", "--frames-csv", "--html")


class Refusals(ConsistencyTest):
    def setUp(self):
        super().setUp()
        self.write("pan.mkv", clips.pan(3))

    def refuse(self, code, texts, *arguments, **options):
        self.assert_refused(code, texts, "consistency", *arguments, *QUIET, **options)


class BadOptions(Refusals):
    def test_of_clips(self):
        (self.folder / "list.json").write_text('{"clips": [{"clip": "pan.mkv"}]}')
        for texts, arguments in [
            (["no clip"], []),
            (["pan.mkv", "more than once"], ["pan.mkv", "pan.mkv"]),
            (["--manifest"], ["pan.mkv", "--manifest", "list.json"]),
            (["--jobs"], ["--jobs", ".", "--manifest", "list.json"]),
            (["--reference", "2"], ["pan.mkv", "./pan.mkv", "--reference", "pan.mkv"]),
            (["--reference"], ["pan.mkv", "--reference", ""]),
        ]:
            with self.subTest(arguments):
                self.refuse(64, texts, *arguments)

    def test_of_what_to_measure(self):
        for texts, arguments in [
            (["nope", "flicker_mc"], ["--metrics", "nope"]),
            (["Flicker_MC"], ["--metrics", "si,Flicker_MC"]),
            (["--metrics"], ["--metrics", ""]),
            (["--metrics"], ["--metrics", ","]),
            (["psnr", "--reference"], ["--metrics", "psnr"]),
            (["--fps"], ["--fps", "0"]),
            (["--fps"], ["--fps", "nan"]),
            (["--parallel", "-1"], ["--parallel", "-1"]),
        ]:
            with self.subTest(arguments):
                self.refuse(64, texts, "pan.mkv", *arguments)

    def test_of_gates(self):
        for gate in ("flicker_mc", "<=1", "", "flicker_mc=1", "flicker_mc<=", "flicker_mc<=x", "flicker_mc<=nan",
                     "flicker_mc<=1e999", "flicker_mc+10", "flicker_mc~-1"):
            with self.subTest(gate):
                self.refuse(64, [gate], "pan.mkv", "--gate", gate)
        self.refuse(64, ["nope", "flicker_mc"], "pan.mkv", "--gate", "nope<=1")
        self.refuse(64, ["flicker_mc~1", "--against"], "pan.mkv", "--gate", "flicker_mc~1")
        self.refuse(64, ["--junit", "--gate"], "pan.mkv", "--junit", "gates.xml")
        self.refuse(64, ["--compare-json", "--against"], "pan.mkv", "--compare-json", "compared.json")


class BadInputs(Refusals):
    def test_clips(self):
        (self.folder / "prose.mp4").write_text("this is no clip\n" * 99)
        (self.folder / "nothing.mp4").write_text("")
        (self.folder / "empty").mkdir()
        os.mkfifo(self.folder / "fifo")
        self.write("whole.mp4", clips.pan(24), "-c:v", "libx264", "-movflags", "+faststart")
        whole = (self.folder / "whole.mp4").read_bytes()
        for part in (2, 3):
            (self.folder / f"{part}.mp4").write_bytes(whole[: len(whole) * (part - 1) // part])
        for code, name in [(66, "none.mp4"), (65, "prose.mp4"), (65, "nothing.mp4"), (65, "empty"), (77, "fifo"),
                           (65, "2.mp4"), (65, "3.mp4"), (77, "http://example.org/a.mp4")]:
            with self.subTest(name):
                self.refuse(code, [name], name)
                self.refuse(code, [name], "pan.mkv", "--reference", name)

    def test_frames_that_do_not_go_together(self):
        self.write("frames/%d.png", clips.pan(3))
        self.write("frames/4%d.png", clips.pan(1, size=(45, 31)), size=(45, 31))
        self.refuse(65, ["frames", "45x31", "64x48"], "frames")

    def test_references(self):
        self.write("small.mkv", clips.pan(3, size=(45, 31)), size=(45, 31))
        self.write("long.mkv", clips.pan(5))
        self.refuse(65, ["small.mkv", "64x48", "45x31"], "pan.mkv", "--reference", "small.mkv")
        self.refuse(65, ["long.mkv", "ends after 3"], "pan.mkv", "--reference", "long.mkv")
        self.refuse(65, ["pan.mkv", "ends after 3"], "long.mkv", "--reference", "pan.mkv")

    def test_lists(self):
        for texts, content in [
            (["clips"], "[]"),
            (["clips"], '{"clips": []}'),
            (["/clips/0"], '{"clips": ["pan.mkv"]}'),
            (["/clips/0", "clip"], '{"clips": [{"seed": 1}]}'),
            (["/clips/0/sead"], '{"clips": [{"clip": "pan.mkv", "sead": 1}]}'),
            (["/clips/0/seed"], '{"clips": [{"clip": "pan.mkv", "seed": -1}]}'),
            (["list.json"], "{"),
        ]:
            with self.subTest(content):
                (self.folder / "list.json").write_text(content)
                self.refuse(65, texts, "--manifest", "list.json")
        self.refuse(66, ["none.json"], "--manifest", "none.json")
        (self.folder / "list.json").write_text('{"clips": [{"clip": "pan.mkv"}, {"clip": "./none.mkv"}]}')
        self.refuse(66, ["none.mkv"], "--manifest", "list.json")
        self.refuse(66, ["nowhere"], "--jobs", "nowhere")
        (self.folder / "empty").mkdir()
        self.refuse(65, ["empty", "no clips"], "--jobs", "empty")

    def test_baselines(self):
        self.measure("pan.mkv", out="base.json")
        base = self.parsed("base.json")

        def change(edit):
            changed = json.loads(json.dumps(base))
            edit(changed)
            return json.dumps(changed)

        def other_definition(results):
            results["clips"][0]["metrics"]["flicker_mc"]["definition"] = "flowreel/flicker_mc@2"

        for texts, content in [
            (["broken.json"], json.dumps(base)[:-9]),
            (["schema_version"], "{}"),
            (["schema_version", "2"], change(lambda r: r.update(schema_version=2))),
            (["flicker_mc", "@2"], change(other_definition)),
            (["/clips/0/metrics/si/value"], change(lambda r: r["clips"][0]["metrics"]["si"].update(value="7"))),
            (["/clips/0/name"], change(lambda r: r["clips"][0].pop("name"))),
        ]:
            with self.subTest(content[:40]):
                (self.folder / "broken.json").write_text(content)
                self.refuse(65, ["broken.json", *texts], "pan.mkv", "--against", "broken.json")
        self.refuse(66, ["none.json"], "pan.mkv", "--against", "none.json")

    def test_gate_files(self):
        for texts, content in [
            ([], "{"),
            (["gates"], "[]"),
            (["gates"], '{"gates": []}'),
            (["/gates/0"], '{"gates": [1]}'),
            (["/gates/1", "si=1"], '{"gates": ["si>=1", "si=1"]}'),
        ]:
            with self.subTest(content):
                (self.folder / "gates.json").write_text(content)
                self.refuse(65, ["gates.json", *texts], "pan.mkv", "--gates", "gates.json")
        self.refuse(66, ["none.json"], "pan.mkv", "--gates", "none.json")

    def test_manifests_of_networks(self):
        whole = json.loads((cli.ROOT / "tests/data/features/features.json").read_text())

        def change(edit):
            changed = json.loads(json.dumps(whole))
            edit(changed["models"])
            return json.dumps(changed)

        for texts, content in [
            ([], "{"),
            (["models"], "{}"),
            (["/models", "dino"], '{"models": {}}'),
            (["/models/dreamsim"], change(lambda m: m.update(dreamsim={}))),
            (["/models/dino/sha256", "64"], change(lambda m: m["dino"].update(sha256="abc"))),
            (["/models/raft/sha256", "missing"], change(lambda m: m["raft"].pop("sha256"))),
            (["/models/clip/input/crop", "none"], change(lambda m: m["clip"]["input"].update(crop="left"))),
            (["/models/lpips/input"], change(lambda m: m["lpips"].update(input={}))),
        ]:
            with self.subTest(content[:60]):
                (self.folder / "features.json").write_text(content)
                self.refuse(65, ["features.json", *texts], "pan.mkv", "--features", "features.json")
        self.refuse(66, ["none.json"], "pan.mkv", "--features", "none.json")
        self.refuse(64, ["--features"], "pan.mkv", "--features", "")


class BadOutputs(Refusals):
    def test_that_exist(self):
        (self.folder / "mine").write_text("mine")
        for option in OUTPUTS:
            with self.subTest(option):
                self.refuse(73, ["mine", "exists already"], "pan.mkv", option, "mine")
        self.assertEqual((self.folder / "mine").read_text(), "mine")
        self.succeed("consistency", "pan.mkv", "--json", "mine", "--overwrite", *QUIET)
        self.assertEqual(self.parsed("mine")["schema_version"], 1)

    def test_places_that_cannot_hold_them(self):
        (self.folder / "file").write_text("mine")
        for option in OUTPUTS:
            for path in ("none/r", "file/r", "/proc/r"):
                with self.subTest(f"{option} {path}"):
                    self.refuse(73, [path], "pan.mkv", option, path, "--overwrite")
        self.refuse(64, ["--json"], "pan.mkv", "--json", "")
        self.refuse(64, ["pan.mkv", "--json"], "pan.mkv", "--json", ".", "--overwrite")

    def test_one_name_for_two(self):
        for more in ([], ["--overwrite"]):
            self.refuse(64, ["--json", "--csv", "r.txt"], "pan.mkv", "--json", "r.txt", "--csv", "./r.txt", *more)

    def test_names_of_inputs(self):
        """A clip, a reference, a frame or a list is not replaced by what is written about it."""
        self.measure("pan.mkv", out="base.json")
        self.write("frames/%d.png", clips.pan(3))
        (self.folder / "list.json").write_text('{"clips": [{"clip": "pan.mkv"}]}')
        features = (cli.ROOT / "tests/data/features/features.json").read_text()
        (self.folder / "features.json").write_text(features)
        (self.folder / "raft.pt").write_text("no archive")
        before = (self.folder / "pan.mkv").read_bytes()
        for arguments, name in [(["pan.mkv"], "./pan.mkv"), (["frames", "--reference", "pan.mkv"], "pan.mkv"),
                                (["--manifest", "list.json"], "list.json"), (["--manifest", "list.json"], "pan.mkv"),
                                (["pan.mkv", "--features", "features.json"], "features.json"),
                                (["pan.mkv", "--features", "features.json"], "raft.pt")]:
            with self.subTest(f"{arguments} {name}"):
                self.refuse(64, ["--html", name.removeprefix("./")], *arguments, "--html", name, "--overwrite")
        self.assertEqual((self.folder / "pan.mkv").read_bytes(), before)


class SomeAreBroken(Refusals):
    """The results of the others are not lost."""

    def test_one_of_three(self):
        (self.folder / "prose.mp4").write_text("this is no clip\n" * 99)
        self.write("other.mkv", clips.pan(3, seed=2))
        files = [word for option in OUTPUTS for word in (option, option.strip("-"))]
        result = self.run_in("consistency", "pan.mkv", "prose.mp4", "other.mkv", *files, *QUIET)
        self.assertEqual(result.code, 65, result.err)
        self.assert_error(result, "prose.mp4")
        self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assertEqual([clip["name"] for clip in self.parsed("json")["clips"]], ["pan.mkv", "other.mkv"])
        self.assertEqual(self.parsed("json")["clips"], self.measure("pan.mkv", "other.mkv"))
        for option in OUTPUTS:
            text = (self.folder / option.strip("-")).read_text(encoding="utf-8").replace("<wbr>", "")
            self.assertTrue("pan.mkv" in text and "other.mkv" in text, option)

    def test_several(self):
        result = self.run_in("consistency", "none.mkv", "pan.mkv", "nowhere.mkv", "--json", "r.json", *QUIET)
        self.assertEqual(result.code, 66, result.err)
        self.assertEqual(len(result.err.splitlines()), 2, result.err)
        self.assertIn("nowhere.mkv", result.err.splitlines()[0])
        self.assert_error(result, "none.mkv", "1 more clip")
        self.assertEqual([clip["name"] for clip in self.parsed("r.json")["clips"]], ["pan.mkv"])

    def test_all(self):
        result = self.run_in("consistency", "none.mkv", "nowhere.mkv", "--json", "r.json", *QUIET)
        self.assertEqual(result.code, 66, result.err)
        self.assertEqual([one["clip"] for one in self.parsed("r.json")["failed"]], ["none.mkv", "nowhere.mkv"])

    def test_a_broken_clip_is_no_pass_for_ci(self):
        """The gates of the others hold; who reads only their outcomes must still see that a clip is missing."""
        result = self.run_in("consistency", "pan.mkv", "none.mkv", "--gate", "si>=1", "--junit", "r.xml", *QUIET)
        self.assertEqual(result.code, 66, result.err)
        self.assertTrue("none.mkv" in (self.folder / "r.xml").read_text(encoding="utf-8"))

    def test_no_partner_in_the_baseline(self):
        """What was measured is written all the same."""
        self.measure("pan.mkv", out="base.json")
        self.write("other.mkv", clips.pan(3, seed=2))
        result = self.run_in("consistency", "other.mkv", "--against", "base.json", "--json", "r.json", *QUIET)
        self.assertEqual(result.code, 65, result.err)
        self.assertEqual([clip["name"] for clip in self.parsed("r.json")["clips"]], ["other.mkv"])


if __name__ == "__main__":
    cli.main()
