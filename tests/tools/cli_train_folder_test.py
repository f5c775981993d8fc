"""`flowreel train` on a folder of clips: both objectives, killed and resumed, clips added, folders refused."""

import json
import os
import re
import shutil
import signal
import subprocess

import cli_program as cli

CONFIG = cli.TRAINING | {
    "learning_rate": {"peak": 1e-3},
    "data": {"kind": "folder", "path": "clips", "frames": 5, "height": 16, "width": 16, "fps": 12},
}
WEIGHTS = {
    "cfm": "transformer/diffusion_pytorch_model.safetensors",
    "vae": "vae/diffusion_pytorch_model.safetensors",
}


class TrainFolder(cli.ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "clips/d").mkdir(parents=True)
        cli.make_clip(self.folder / "clips/a.mp4", "40x24", 20)  # two windows of five frames at 12 a second
        cli.make_clip(self.folder / "clips/d/b.mkv", "24x40", 10, 24, "-c:v", "ffv1", "-pix_fmt", "bgr0")
        cli.make_clip(self.folder / "clips/c.webm", "16x16", 12, 25, "-c:v", "libvpx-vp9")
        (self.folder / "clips/images").mkdir()
        cli.make_clip(self.folder / "clips/images/%d.png", "32x16", 10)
        self.write_captions("a.mp4", "d/b.mkv", "c.webm", "images")

    def write_captions(self, *files):
        lines = [json.dumps({"file": name, "caption": f"a test picture, {name}"}) for name in files]
        (self.folder / "clips/captions.jsonl").write_text("\n".join(lines) + "\n")

    def config(self, **changes):
        path = self.folder / "train.json"
        path.write_text(json.dumps(CONFIG | changes))
        return path

    def weights(self, run, objective):
        return (self.folder / run / "model" / WEIGHTS[objective]).read_bytes()

    def killed(self, **changes):
        """A run that is killed after its third step, before its second checkpoint or after it."""
        command = [cli.PROGRAM, "train", "--config", self.config(**changes), "--progress", "json"]
        process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        for line in process.stdout:
            if json.loads(line).get("step", 0) >= 3:
                os.kill(process.pid, signal.SIGKILL)
                break
        _, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, -9, err)

    def test_killed_and_resumed_it_writes_the_same_bytes(self):
        for objective in WEIGHTS:
            with self.subTest(objective=objective):
                whole, broken = f"{objective}-whole", f"{objective}-broken"
                result = self.succeed("train", "--config", self.config(objective=objective, output=whole))
                self.assertRegex(result.err, r'"clips": 4 clips, \d windows to train on and \d to validate with')
                rows = (self.folder / whole / "loss.csv").read_text()
                self.assertIn("6,validation,total,", rows)
                captions = (self.folder / whole / "samples/step_000000006.txt").read_text().splitlines()
                self.assertTrue(captions and all(c.startswith("a test picture, ") for c in captions), captions)
                before = (cli.TINY / WEIGHTS[objective]).read_bytes()
                self.assertNotEqual(self.weights(whole, objective), before)
                self.killed(objective=objective, output=broken)
                self.succeed("train", "--resume", broken)
                self.assertEqual(self.weights(broken, objective), self.weights(whole, objective))
                self.assertEqual((self.folder / broken / "loss.csv").read_text(), rows)

    def test_frames_that_are_not_held_give_the_same_bytes(self):
        data = CONFIG["data"] | {"memory_gib": 0}
        self.succeed("train", "--config", self.config(objective="vae", steps=2))
        self.succeed("train", "--config", self.config(objective="vae", steps=2, data=data, output="again"))
        self.assertEqual(self.weights("again", "vae"), self.weights("run", "vae"))

    def encoded(self, output):
        """How many clips a run of one step encoded."""
        result = self.succeed("train", "--config", self.config(steps=1, cache="cache", output=output))
        return sum(int(n) for n in re.findall(r"encoded clips: \d+ of (\d+)", result.err))

    def test_a_clip_is_encoded_once_under_whatever_name(self):
        self.assertEqual(self.encoded("one"), 5)
        self.assertEqual(self.encoded("two"), 0)
        self.assertEqual(self.weights("two", "cfm"), self.weights("one", "cfm"))
        os.rename(self.folder / "clips/c.webm", self.folder / "clips/renamed.webm")
        cli.make_clip(self.folder / "clips/new.mp4", "48x16", 10)
        self.write_captions("a.mp4", "d/b.mkv", "renamed.webm", "images", "new.mp4")
        self.assertEqual(self.encoded("three"), 1)

    def test_a_model_that_learnt_new_captions_lists_no_words(self):
        use = {"width": 32, "words": ["a", "star"]}
        (self.copy_model() / "flowreel.json").write_text(json.dumps(use))
        self.succeed("train", "--config", self.config(model="model", steps=1))
        self.assertEqual(json.loads((self.folder / "run/model/flowreel.json").read_text()), {"width": 32})

    def test_a_run_goes_on_only_with_its_own_clips_wherever_they_lie(self):
        self.succeed("train", "--config", self.config(output="whole"))
        self.killed(output="moved")
        shutil.move(self.folder / "clips", self.folder / "elsewhere")
        self.succeed("train", "--resume", "moved", "--set", "data.path=elsewhere")
        self.assertEqual(self.weights("moved", "cfm"), self.weights("whole", "cfm"))
        shutil.move(self.folder / "elsewhere", self.folder / "clips")
        self.killed(output="changed")
        for name in ("a.mp4", "c.webm"):  # of two clips at least one is trained on
            cli.make_clip(self.folder / "clips" / name, "16x32", 15, 24, "-vf", "negate")
        result = self.run_in("train", "--resume", "changed")
        self.assertEqual(result.code, 78, result.err)
        self.assert_error(result, "changed", "or other clips")

    def refused(self, code, *texts, **data):
        config = self.config(data=CONFIG["data"] | data)
        self.assert_refused(code, texts, "train", "--config", config)

    def test_a_folder_that_does_not_fit_is_one_line(self):
        self.refused(66, '"nowhere"', path="nowhere")
        self.refused(65, "/data/path is missing", path="")
        self.refused(65, "/data/fps is 0", fps=0)
        self.refused(65, "/data/validation_share is 1", validation_share=1)
        self.refused(65, "/data/seed is not a key", seed=3)
        self.refused(65, 'line 1: "a.mp4" has 10 frames at 12 frames per second', "the 13", frames=13)
        config = self.config(cached_clips=3)
        self.assert_refused(65, ["/cached_clips is 3", "0 with a folder"], "train", "--config", config)

    def test_clips_without_caption_are_told_of(self):
        self.write_captions("a.mp4", "d/b.mkv")
        config = self.config(data=CONFIG["data"] | {"frames": 4})
        result = self.run_in("train", "--config", config)
        self.assertEqual(result.code, 65, result.err)
        self.assertIn('"clips": 2 without a caption, not used: "c.webm", "images"', result.err)
        self.assert_error(result, "clips of 4 x 16 x 16", "4k+1")
        self.assertFalse((self.folder / "run").exists())

    def test_captions_that_do_not_fit_are_one_line(self):
        self.write_captions("a.mp4", "none.mp4")
        self.refused(66, 'captions.jsonl line 2: "none.mp4"')
        self.write_captions("a.mp4", "../clips/a.mp4")
        self.refused(77, 'captions.jsonl line 2: "../clips/a.mp4"', '".."')
        self.write_captions("a.mp4", "captions.jsonl")
        self.refused(65, 'captions.jsonl line 2: "captions.jsonl"')
        self.write_captions("a.mp4")
        self.refused(65, "there is 1 clip with a caption", "at least 2")
        (self.folder / "clips/captions.jsonl").write_text('{"file": "a.mp4", "caption": ""}\n')
        self.refused(65, "captions.jsonl line 1", '"caption" is empty')
        (self.folder / "clips/captions.jsonl").unlink()
        self.refused(66, "captions.jsonl")


if __name__ == "__main__":
    cli.main()
