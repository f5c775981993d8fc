"""`flowreel run`: job files into folders of results, again, in conflict, refused, and only checked."""

import json

import cli_program as cli
from cli_program import TINY

JOB = {
    "schema_version": 1,
    "id": "shot_010",
    "model": {"path": str(TINY)},
    "prompt": "a cat",
    "width": 32,
    "height": 16,
    "num_frames": 5,
    "sampling": {"steps": 2},
    "seed": 7,
    "compute": {"threads": 1},
}


class Run(cli.ProgramTest):
    def job(self, name="job.json", **changes):
        path = self.folder / name
        path.write_text(json.dumps(JOB | changes, indent=2))
        return path

    def names(self, folder):
        return sorted(p.relative_to(self.folder / folder).as_posix() for p in (self.folder / folder).rglob("*"))

    def test_a_folder_of_results(self):
        result = self.succeed("run", self.job())
        self.assertEqual(self.names("out"), ["shot_010", "shot_010/clip.mp4", "shot_010/contact.png",
                                             "shot_010/manifest.json"])
        self.assertEqual(result.out, "out/shot_010\n")
        manifest = json.loads((self.folder / "out/shot_010/manifest.json").read_text())
        self.assertEqual(manifest["job"], JOB)
        self.assertEqual(cli.probe(self.folder / "out/shot_010/clip.mp4")["nb_read_frames"], "5")

    def test_the_frames_are_those_of_generate(self):
        self.succeed("run", self.job())
        self.generate("-o", "o.mp4", "--seed", "7", "--steps", "2")
        hashes = [json.loads((self.folder / name).read_text())["hashes"]["frames"]
                  for name in ("out/shot_010/manifest.json", "o.json")]
        self.assertEqual(*hashes)

    def test_what_was_asked_for_besides(self):
        job = self.job(checkpoint={"save_latents": True}, output={"frames": True, "contact_sheet": False})
        self.succeed("run", job, "--output-dir", "results")
        names = self.names("results/shot_010")
        self.assertIn("latents.safetensors", names)
        self.assertIn("frames/frame_00004.png", names)
        self.assertNotIn("contact.png", names)

    def test_done_already(self):
        self.succeed("run", self.job())
        before = (self.folder / "out/shot_010/clip.mp4").stat().st_mtime_ns
        self.assertIn("is done already", self.succeed("run", self.job()).err)
        self.assertEqual((self.folder / "out/shot_010/clip.mp4").stat().st_mtime_ns, before)

    def test_a_conflict_overwrites_nothing(self):
        self.succeed("run", self.job())
        was = cli.listing(self.folder / "out")
        self.assert_refused(73, ["out/shot_010"], "run", self.job(seed=8))
        (self.folder / "out/shot_010/clip.mp4").write_bytes(b"cut short")
        self.assert_refused(73, ["out/shot_010"], "run", self.job())
        self.assertEqual(len(cli.listing(self.folder / "out")), len(was))

    def test_a_job_that_fails_leaves_nothing(self):
        self.assert_refused(64, ["--width is 20"], "run", self.job(width=20))
        self.assert_refused(66, ["nowhere"], "run", self.job(model={"path": "nowhere"}))
        pinned = self.job(model={"path": str(TINY), "weights_sha256": {"vae": "0" * 64}})
        self.assert_refused(65, ["the weights of vae", "expects 000"], "run", pinned, "--progress", "none")
        self.assertEqual(self.names("out") if (self.folder / "out").exists() else [], [])

    def test_paths_are_those_of_the_job_file(self):
        self.copy_model(name="jobs/m")
        path = self.job("jobs/job.json", model={"path": "m"})
        self.succeed("run", path)
        self.assertTrue((self.folder / "out/shot_010/clip.mp4").exists())

    def test_a_dry_run_writes_nothing(self):
        result = self.succeed("run", self.job(), "--dry-run", "--set", "sampling.steps=3")
        shown = json.loads(result.out)
        self.assertEqual((shown["sampling"]["steps"], shown["fps"]), (3, 24))
        self.assertFalse((self.folder / "out").exists())
        self.assert_refused(64, ["--num-frames is 6"], "run", self.job(num_frames=6), "--dry-run")

    def test_many_jobs(self):
        lines = [json.dumps(JOB | {"id": name}) for name in ("a", "b")]
        (self.folder / "jobs.jsonl").write_text("\n".join(lines))
        self.succeed("run", "jobs.jsonl")
        self.assertEqual(sorted(p.name for p in (self.folder / "out").iterdir()), ["a", "b"])
        (self.folder / "jobs.json").write_text(json.dumps([JOB, JOB]))
        self.assert_refused(65, ["\"shot_010\" comes twice"], "run", "jobs.json")


if __name__ == "__main__":
    cli.main()
