"""`schedule` of a small model, and that what it writes is taken by a job."""

import json

import cli_program as cli
from cli_program import TINY

BRIEF = ("--width", "32", "--height", "16", "--num-frames", "5", "--prompt", "a cat", "--fine-steps", "12")


class Schedule(cli.ProgramTest):
    def test_a_job_takes_what_is_found(self):
        result = self.succeed("schedule", "--model", TINY, *BRIEF, "--steps", "3", "-o", "three.json", "--progress",
                              "none")
        self.assertIn("against 12 steps of midpoint", result.err)
        found = json.loads((self.folder / "three.json").read_text())
        sigmas = found["sampling"]["sigmas"]
        self.assertEqual(len(sigmas), 3)
        self.assertEqual(sigmas[0], 1)
        self.assertEqual(sigmas, sorted(sigmas, reverse=True))
        job = {"schema_version": 1, "id": "three", "prompt": "a cat", "model": {"path": str(TINY)}, "width": 32,
               "height": 16, "num_frames": 5, **found}
        (self.folder / "job.json").write_text(json.dumps(job))
        self.succeed("run", "job.json", "--progress", "none")
        manifest = json.loads((self.folder / "out/three/manifest.json").read_text())
        self.assertEqual(manifest["sampling"]["evaluations"], 3)

    def test_refusals(self):
        base = ["schedule", "--model", TINY, *BRIEF, "-o", "x.json"]
        self.assert_refused(64, ["--steps"], *base)
        self.assert_refused(64, ["--sigmas", "looked for"], *base, "--steps", "3", "--sigmas", "1,0.5")
        self.assert_refused(64, ["12", "at least the 20"], *base, "--steps", "20")
        (self.folder / "x.json").write_text("mine")
        self.assert_refused(73, ["x.json"], *base, "--steps", "3")
        self.assertEqual((self.folder / "x.json").read_text(), "mine")


if __name__ == "__main__":
    cli.main()
