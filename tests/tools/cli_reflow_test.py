"""`flowreel reflow`: rounds of a few steps, stopped, killed, resumed and refused; what it writes makes clips."""

import json
import os
import signal
import subprocess

import cli_program as cli

CONFIG = cli.TRAINING | {
    "rounds": 2,
    "pairs": 6,
    "validation_pairs": 3,
    "teacher": {"steps": 2, "cfg_scale": 2, "batch": 2},
    "learning_rate": {"peak": 1e-3, "warmup_steps": 2},
    "every": {"log": 1, "validate": 3, "checkpoint": 2},
    "data": {"kind": "shapes", "frames": 5, "height": 16, "width": 16},
}
CONFIG.pop("objective")
PARTS = ("transformer/diffusion_pytorch_model", "text_encoder/model", "text_encoder_2/model")


class Reflow(cli.ProgramTest):
    def config(self, name="reflow.json", **changes):
        path = self.folder / name
        path.write_text(json.dumps(CONFIG | changes))
        return path

    def weights(self, model):
        return [(self.folder / model / f"{part}.safetensors").read_bytes() for part in PARTS]

    def rows(self, path):
        return [line.split(",") for line in (self.folder / path).read_text().splitlines()]

    def metadata(self, path):
        data = (self.folder / path).read_bytes()
        return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]

    def test_two_rounds_and_the_model_makes_a_clip(self):
        every = CONFIG["every"] | {"sample": 6}
        result = self.succeed("reflow", "--config", self.config(every=every))
        self.assertEqual(result.out, "run/model\n")
        for text in ("round 1: training pairs: 6 of 6", "round 2: straightness ", "step 6/6  loss "):
            self.assertIn(text, result.err)
        for number in ("1", "2"):
            folder = f"run/round_{number}"
            self.assertEqual(len(list((self.folder / folder / "pairs").glob("training_*.safetensors"))), 3)
            self.assertIn(["model", "straightness", "transport", "error"], self.rows(f"{folder}/paths.csv"))
            rows = self.rows(f"{folder}/loss.csv")
            self.assertTrue(any(row[:3] == ["6", "validation", "total"] for row in rows))
            self.assertEqual((self.folder / folder / "loss.png").read_bytes()[:4], b"\x89PNG")
            self.assertEqual(cli.probe(self.folder / folder / "samples/step_000000006.mp4")["width"], 64)
        captions = [self.metadata(f"run/round_{i}/pairs/training_000000000.safetensors")["captions"] for i in (1, 2)]
        self.assertNotEqual(*captions)
        first, last = self.weights("run/round_1/model"), self.weights("run/model")
        self.assertEqual(last, self.weights("run/round_2/model"))
        for part, before, after in zip(PARTS, first, last):
            self.assertNotEqual((cli.TINY / f"{part}.safetensors").read_bytes(), before, part)
            self.assertNotEqual(before, after, part)
        self.generate("-o", "o.mp4", "--steps", "1", model=self.folder / "run/model", prompt="a red star")

    def test_the_teacher_of_a_round_is_the_student_of_the_one_before(self):
        """Without guidance both are measured on the same noise and captions; float32 keeps the weights."""
        self.succeed("reflow", "--config", self.config())
        first, second = (dict((row[0], row[1:]) for row in self.rows(f"run/round_{i}/paths.csv")) for i in (1, 2))
        self.assertNotEqual(first["teacher"], first["student"])
        for a, b in zip(first["student"][:2], second["teacher"]):
            self.assertAlmostEqual(float(a) / float(b), 1, places=5)

    def test_training_brings_the_loss_of_given_pairs_down(self):
        config = self.config(rounds=1, pairs=2, steps=60, learning_rate={"peak": 3e-3}, ema_decay=0.5)
        self.succeed("reflow", "--config", config)
        losses = [float(row[3]) for row in self.rows("run/round_1/loss.csv") if row[1:3] == ["train", "total"]]
        self.assertLess(sum(losses[-10:]), 0.9 * sum(losses[:10]))

    def test_a_student_comes_closer_to_its_teacher(self):
        """On noise and captions that it was not trained on."""
        errors = []
        for steps in (1, 80):
            changes = {"rounds": 1, "steps": steps, "learning_rate": {"peak": 3e-3}, "ema_decay": 0.5}
            self.succeed("reflow", "--config", self.config(output=f"run{steps}", **changes))
            errors.append(float(self.rows(f"run{steps}/round_1/paths.csv")[2][3]))
        self.assertLess(errors[1], errors[0])

    def test_guidance_is_learnt_and_not_asked_for_again(self):
        model = self.copy_model()
        defaults = {"width": 32, "height": 16, "num_frames": 5, "fps": 16, "steps": 2, "cfg_scale": 3, "words": ["a"]}
        (model / "flowreel.json").write_text(json.dumps(defaults))
        self.succeed("reflow", "--config", self.config(model=str(model), rounds=1))
        written = json.loads((self.folder / "run/model/flowreel.json").read_text())
        self.assertEqual(written, {key: value for key, value in defaults.items() if key != "cfg_scale"})
        plain = {"cfg_scale": 1, "steps": 2, "batch": 2}
        self.succeed("reflow", "--config", self.config(model=str(model), rounds=1, output="plain", teacher=plain))
        self.assertNotEqual(self.rows("plain/round_1/paths.csv")[1], self.rows("run/round_1/paths.csv")[1])

    def test_text_encoders_may_stay_as_they_are(self):
        self.succeed("reflow", "--config", self.config(rounds=1, train_text=False))
        before = self.weights(cli.TINY)
        after = self.weights("run/model")
        self.assertNotEqual(before[0], after[0])
        self.assertEqual(before[1:], after[1:])

    def test_bfloat16_makes_about_the_same_pairs(self):
        straightness = []
        for precision in ("float32", "bfloat16"):
            self.succeed("reflow", "--config", self.config(rounds=1, precision=precision, output=precision))
            straightness.append(float(self.rows(f"{precision}/round_1/paths.csv")[1][2]))
        self.assertAlmostEqual(straightness[1] / straightness[0], 1, delta=0.05)

    def stop_when(self, seen, config, sent):
        """Exit code and stderr of a run that gets the signal when a line on stderr holds `seen`."""
        command = [cli.PROGRAM, "reflow", "--config", config, "--progress", "plain"]
        process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        said = b""
        for line in process.stderr:
            said += line
            if seen.encode() in line:
                os.kill(process.pid, sent)
                break
        _, err = process.communicate(timeout=20)
        return process.returncode, (said + err).decode()

    def test_stopped_or_killed_anywhere_and_resumed_it_writes_the_same_bytes(self):
        self.succeed("reflow", "--config", self.config(output="whole"))
        whole = self.weights("whole/model")
        places = ("round 1: validation pairs: 2 of 3", "round 1: training pairs: 2 of 6", "step 3/6",
                  "round 1: straightness", "round 2: training pairs: 4 of 6")
        for number, place in enumerate(places):
            for sent, code in ((signal.SIGKILL, -9), (signal.SIGINT, 130)):
                if sent == signal.SIGINT and number in (0, 3):
                    continue  # as the next one; and one that may be behind the last look for a signal
                with self.subTest(place, sent=sent.name):
                    run = f"broken{number}{sent.name}"
                    returned, err = self.stop_when(place, self.config(output=run), sent)
                    self.assertEqual(returned, code, err)
                    if sent == signal.SIGINT:
                        self.assertIn(f"--resume {run} goes on", err)
                    self.assertFalse((self.folder / run / "model").exists())
                    resumed = self.succeed("reflow", "--resume", run)
                    self.assertNotIn("round 1: validation pairs: 2 of 3", resumed.err, "made anew")
                    self.assertEqual(self.weights(f"{run}/model"), whole)
                    for name in ("round_1/paths.csv", "round_2/paths.csv", "round_2/loss.csv"):
                        self.assertEqual(self.rows(f"{run}/{name}"), self.rows(f"whole/{name}"), name)

    def test_a_broken_pair_file_is_named_and_made_again_when_it_is_removed(self):
        self.stop_when("step 3/6", self.config(), signal.SIGINT)
        pairs = self.folder / "run/round_1/pairs/training_000000002.safetensors"
        good = pairs.read_bytes()
        for content in (good[:-8], good[:-1] + bytes([good[-1] ^ 1])):
            pairs.write_bytes(content)
            result = self.run_in("reflow", "--resume", "run")
            self.assertEqual(result.code, 65, result.err)
            self.assert_error(result, "training_000000002")
        pairs.unlink()
        self.succeed("reflow", "--resume", "run")
        self.assertEqual(pairs.read_bytes(), good)

    def test_a_run_is_neither_overwritten_nor_mixed_with_another(self):
        self.stop_when("training pairs: 4 of 6", self.config(), signal.SIGKILL)
        again = self.run_in("reflow", "--config", self.config())
        self.assertEqual(again.code, 73, again.err)
        self.assert_error(again, "--resume")
        begun_with = (self.folder / "run/config.json").read_bytes()
        for change in ("teacher.cfg_scale=3", "pairs=8", "seed=9", "batch=1"):
            mixed = self.run_in("reflow", "--resume", "run", "--set", change)
            self.assertEqual(mixed.code, 78, mixed.err)
            self.assert_error(mixed, "round_1", "another configuration")
        self.assertEqual((self.folder / "run/config.json").read_bytes(), begun_with)
        self.succeed("reflow", "--resume", "run", "--set", "rounds=1")
        (self.folder / "run/model").rename(self.folder / "model")
        self.assertEqual(self.run_in("reflow", "--resume", "run", "--set", "batch=1").code, 78)
        self.succeed("reflow", "--resume", "run", "--set", "rounds=2")
        done = self.run_in("reflow", "--resume", "run")
        self.assertEqual(done.code, 73, done.err)
        self.assert_error(done, "run/model is there already")
        self.assertEqual(self.run_in("reflow", "--resume", "absent").code, 66)

    def refused(self, code, texts, *arguments, **changes):
        self.assert_refused(code, texts, "reflow", "--config", self.config(**changes), *arguments)

    def test_a_wrong_configuration_is_one_line(self):
        teacher = CONFIG["teacher"]
        self.refused(65, ["/roundz", "did you mean \"rounds\""], roundz=3)
        self.refused(65, ["/rounds is 0"], rounds=0)
        self.refused(65, ["/pairs is 1.5", "whole number"], pairs=1.5)
        self.refused(65, ["/validation_pairs is 0"], validation_pairs=0)
        self.refused(65, ["/teacher/solver is \"ddpm\""], teacher=teacher | {"solver": "ddpm"})
        self.refused(65, ["/teacher/cfg_scale is 0.5"], teacher=teacher | {"cfg_scale": 0.5})
        self.refused(65, ["/teacher/steps is \"many\""], teacher=teacher | {"steps": "many"})
        self.refused(65, ["/teacher/guidance"], teacher=teacher | {"guidance": 3})
        self.refused(65, ["/optimal_pairing is not a key"], optimal_pairing=True)
        self.refused(65, ["/model is missing"], model="")
        self.refused(65, ["/output is missing"], output="")
        self.refused(66, ["nowhere"], model="nowhere")
        self.refused(65, ["clips of 6 x 16 x 16", "4k+1"], data=CONFIG["data"] | {"frames": 6})
        self.assert_refused(64, ["--config is missing"], "reflow")
        self.assert_refused(66, ["absent.json"], "reflow", "--config", "absent.json")
        diffusion = self.copy_model(name="diffusion")
        self.edit_json(diffusion / "model_index.json", lambda index: index.update(scheduler=["d", "DDIMScheduler"]))
        self.refused(65, ["predicts noise", "velocities"], model=str(diffusion))

    def test_help_fits_a_terminal(self):
        lines = self.succeed("reflow", "--help").out.splitlines()
        self.assertLessEqual(len(lines), 24)
        self.assertLessEqual(max(map(len, lines)), 80)

    def test_the_committed_configurations_are_read(self):
        configs = list((cli.ROOT / "configs/reflow").glob("*.json"))
        self.assertTrue(configs)
        for config in configs:
            elsewhere = ["--set", "model=nowhere", "--set", "output=run"]
            self.assert_refused(66, ["nowhere"], "reflow", "--config", config, *elsewhere)


if __name__ == "__main__":
    cli.main()
