"""`flowreel verify`: a clip made again, two runs compared, and what is said when they part."""

import json
import shutil

import cli_program as cli
from cli_program import TINY


class VerifyTest(cli.ProgramTest):
    def make(self, name, *options):
        self.succeed("generate", "--model", str(TINY), "--prompt", "a red star", "--width", "32", "--height", "16",
                     "--num-frames", "9", "--steps", "2", "-o", name, *options)

    def test_a_clip_its_manifest_and_a_jobs_folder_are_made_again(self):
        self.make("a.mp4", "--seed", "7", "--solver", "ab2")
        for made in ("a.mp4", "a.json"):
            result = self.succeed("verify", made)
            self.assertIn("identical: noise, steps, latents, frames, file", result.out)
            self.assertIn("promised: all of it is identical: holds", result.out)
        job = {"schema_version": 1, "id": "shot", "prompt": "a red star", "model": {"path": str(TINY)}, "width": 32,
               "height": 16, "num_frames": 9, "sampling": {"steps": 2}, "determinism": "strict"}
        (self.folder / "job.json").write_text(json.dumps(job))
        self.succeed("run", "job.json")
        self.assertIn("identical: ", self.succeed("verify", "out/shot").out)
        self.assertIn("identical: ", self.succeed("verify", "out/shot/clip.mp4").out)

    def test_compare_names_where_two_runs_part_and_why(self):
        self.make("a.mp4")
        self.make("seed.mp4", "--seed", "43")
        self.make("solver.mp4", "--solver", "heun")
        result = self.run_in("verify", "a.mp4", "--compare", "seed.mp4")
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("they part at noise; the same: nothing", result.out)
        self.assertIn("recorded differently: /seed: 42, 43", result.out)
        self.assertIn("promised: nothing, since /seed is not the same: holds", result.out)
        self.assertRegex(result.out, r"apart from frame 0 on, by \d+ levels at most, PSNR \d+\.\d+ dB over 9 frames")
        result = self.run_in("verify", "a.mp4", "--compare", "solver.mp4")
        self.assertIn("they part at step 0; the same: noise", result.out)
        self.assertIn('/sampling/solver: "euler", "heun"', result.out)

    def test_a_broken_promise_is_exit_code_1(self):
        self.make("a.mp4")
        manifest = json.loads((self.folder / "a.json").read_text())
        manifest["sampling"]["state_sha256"][1] = "0" * 64
        manifest["hashes"]["latents"] = "0" * 64
        (self.folder / "b.json").write_text(json.dumps(manifest))
        result = self.run_in("verify", "b.json")
        self.assertEqual(result.code, 1, result.err)
        self.assertIn("they part at step 1; the same: noise, steps", result.out)
        self.assertIn("promised: all of it is identical: BROKEN", result.out)
        self.assertIn("part at step 1", result.err)

    def test_a_changed_clip_and_what_is_no_clip_are_told(self):
        self.make("a.mp4")
        with open(self.folder / "a.mp4", "ab") as clip:
            clip.write(b"\0" * 8)
        result = self.run_in("verify", "a.json")
        self.assertEqual(result.code, 65, result.err)
        self.assert_error(result, "has been changed since it was made")
        (self.folder / "c.json").write_text("{}")
        result = self.run_in("verify", "c.json")
        self.assertEqual(result.code, 65, result.err)
        self.assert_error(result, "c.json")
        result = self.run_in("verify", "absent.mp4")
        self.assertEqual(result.code, 66, result.err)

    def test_print_job_writes_the_job_that_makes_the_same_frames(self):
        self.make("a.mp4", "--seed", "9", "--vae-tiling", "on")
        printed = self.succeed("generate", "--model", str(TINY), "--prompt", "a red star", "--width", "32", "--height",
                               "16", "--num-frames", "9", "--steps", "2", "--seed", "9", "--vae-tiling", "on", "-o",
                               "a.mp4", "--print-job").out
        self.assertEqual(json.loads(printed)["id"], "a")
        (self.folder / "job.json").write_text(printed)
        self.succeed("run", "job.json")
        hashes = [json.loads((self.folder / name).read_text())["hashes"] for name in ("a.json", "out/a/manifest.json")]
        for name in ("noise", "latents", "frames"):
            self.assertEqual(hashes[0][name], hashes[1][name])

    def test_the_model_may_lie_elsewhere(self):
        model = self.folder / "model"
        shutil.copytree(TINY, model)
        self.succeed("generate", "--model", "model", "--prompt", "a", "--width", "32", "--height", "16", "--num-frames",
                     "5", "--steps", "1", "-o", "a.mp4")
        model.rename(self.folder / "moved")
        self.assertEqual(self.run_in("verify", "a.mp4").code, 66)
        result = self.succeed("verify", "a.mp4", "--model", "moved")
        self.assertIn("they part at file; the same: noise, steps, latents, frames", result.out)
        self.assertIn("the clips, as decoded: equal", result.out)
        self.assertIn("promised: the frames are identical, since /model is not the same: holds", result.out)


if __name__ == "__main__":
    cli.main()
