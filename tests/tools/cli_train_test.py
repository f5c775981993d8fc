"""`flowreel train`: runs of a few steps, stopped, killed, resumed and refused; what it writes opens again."""

import json
import os
import signal
import subprocess

import cli_program as cli

CONFIG = cli.TRAINING | {
    "learning_rate": {"peak": 1e-3, "warmup_steps": 2},
    "caption_dropout": 0.1,
    "data": {"kind": "shapes", "frames": 5, "height": 16, "width": 16},
}


class Train(cli.ProgramTest):
    def config(self, name="train.json", **changes):
        path = self.folder / name
        path.write_text(json.dumps(CONFIG | changes))
        return path

    def weights(self, run, part="transformer/diffusion_pytorch_model"):
        return (self.folder / run / "model" / f"{part}.safetensors").read_bytes()

    def test_a_flow_is_trained_and_its_model_makes_a_clip(self):
        result = self.succeed("train", "--config", self.config())
        self.assertEqual(result.out, "run/model\n")
        self.assertIn("step 6/6  loss ", result.err)
        rows = (self.folder / "run/loss.csv").read_text().splitlines()
        self.assertEqual(rows[0], "step,set,name,value")
        self.assertTrue(any(row.startswith("6,train,total,") for row in rows))
        self.assertTrue(any(row.startswith("6,validation,total,") for row in rows))
        for part in ("transformer/diffusion_pytorch_model", "text_encoder/model", "text_encoder_2/model"):
            name = f"{part}.safetensors"
            before, after = cli.shapes(cli.TINY / name), cli.shapes(self.folder / "run/model" / name)
            self.assertEqual(sum(map(bool, before)), sum(map(bool, after)), part)
            self.assertNotEqual((cli.TINY / name).read_bytes(), self.weights("run", part))
        vae = "vae/diffusion_pytorch_model.safetensors"
        self.assertEqual((cli.TINY / vae).read_bytes(), (self.folder / "run/model" / vae).read_bytes())
        self.generate("-o", "o.mp4", model=self.folder / "run/model", prompt="a red star")
        self.assertEqual((self.folder / "run/loss.png").read_bytes()[:4], b"\x89PNG")
        shown = cli.probe(self.folder / "run/samples/step_000000006.mp4")
        self.assertEqual((shown["width"], shown["height"], shown["nb_read_frames"]), (64, 16, "5"))
        self.assertEqual(len((self.folder / "run/samples/step_000000006.txt").read_text().splitlines()), 4)

    def test_an_autoencoder_is_trained_and_its_latents_are_scaled(self):
        self.succeed("train", "--config", self.config(objective="vae", fresh=True))
        config = json.loads((self.folder / "run/model/vae/config.json").read_text())
        self.assertNotEqual(config["scaling_factor"], json.loads((cli.TINY / "vae/config.json").read_text()))
        self.assertGreater(config["scaling_factor"], 0)
        self.generate("-o", "o.mp4", model=self.folder / "run/model")

    def test_bfloat16_trains_to_about_the_same_and_keeps_its_latents_apart(self):
        """Also for clips of so many tokens that attention goes head by head."""
        data = CONFIG["data"] | {"frames": 5, "height": 128, "width": 128}
        losses = {}
        for precision in ("float32", "bfloat16"):
            changes = {"precision": precision, "output": precision, "data": data, "cached_clips": 2, "cache": "cache"}
            self.succeed("train", "--config", self.config(**changes))
            rows = [row.split(",") for row in (self.folder / precision / "loss.csv").read_text().splitlines()]
            losses[precision] = {(row[1], row[2]): float(row[3]) for row in rows if row[0] == "6" and
                                 row[2] in ("total", "gradient_norm")}
            self.assertEqual(len(losses[precision]), 3)
        for name, loss in losses["float32"].items():
            self.assertAlmostEqual(losses["bfloat16"][name] / loss, 1, delta=0.05, msg=name)
        self.assertNotEqual(self.weights("bfloat16"), self.weights("float32"))
        self.assertEqual(len(cli.listing(self.folder / "cache")), 2)
        self.succeed("train", "--config", self.config(objective="vae", precision="bfloat16"))

    def test_a_decoder_alone_is_trained(self):
        self.succeed("train", "--config", self.config(objective="vae", vae={"decoder_only": True}))
        before = cli.read_safetensors(cli.TINY / "vae/diffusion_pytorch_model.safetensors")
        after = cli.read_safetensors(self.folder / "run/model/vae/diffusion_pytorch_model.safetensors")
        for name in before:
            of_decoder = name.startswith(("decoder.", "post_quant_conv."))
            self.assertEqual(before[name] != after[name], of_decoder, name)
        self.assertEqual(*(json.loads((model / "vae/config.json").read_text())["scaling_factor"]
                           for model in (cli.TINY, self.folder / "run/model")))

    def test_latents_are_standardised_and_that_survives_a_stop(self):
        changes = {"objective": "vae", "vae": {"decoder_only": True, "standardise": True, "latent_noise": 0.1}}
        self.succeed("train", "--config", self.config(**changes))
        self.assertEqual(json.loads((self.folder / "run/model/vae/config.json").read_text())["scaling_factor"], 1)
        before = cli.read_safetensors(cli.TINY / "vae/diffusion_pytorch_model.safetensors")
        after = cli.read_safetensors(self.folder / "run/model/vae/diffusion_pytorch_model.safetensors")
        for name in before:
            self.assertEqual(before[name] == after[name], name.startswith("encoder."), name)
        self.stop_at(3, self.config(output="broken", **changes))
        self.succeed("train", "--resume", "broken")
        part = "vae/diffusion_pytorch_model"
        self.assertEqual(self.weights("broken", part), self.weights("run", part))

    def stop_at(self, step, config, sent=signal.SIGINT):
        """Returns exit code and stderr of a run that is stopped when it has done so many steps."""
        command = [cli.PROGRAM, "train", "--config", config, "--progress", "json"]
        process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        for line in process.stdout:
            if json.loads(line).get("step", 0) >= step:
                os.kill(process.pid, sent)
                break
        _, err = process.communicate(timeout=20)
        return process.returncode, err.decode()

    def test_noise_is_learnt_and_sampled_by_diffusions_solvers(self):
        changes = {"objective": "ddpm", "betas": "cosine", "fresh": True}
        self.succeed("train", "--config", self.config(**changes))
        model = self.folder / "run/model"
        scheduler = json.loads((model / "scheduler/scheduler_config.json").read_text())
        self.assertEqual(scheduler["_class_name"], "DDIMScheduler")
        self.assertEqual(scheduler["beta_schedule"], "squaredcos_cap_v2")
        self.assertEqual(json.loads((model / "model_index.json").read_text())["scheduler"][1], "DDIMScheduler")
        self.assertEqual(cli.probe(self.folder / "run/samples/step_000000006.mp4")["width"], 64)
        made = {}
        for solver in ("euler", "ddim", "ddpm"):
            self.generate("-o", f"{solver}.mp4", "--solver", solver, "--cfg-scale", "2", model=model)
            made[solver] = json.loads((self.folder / f"{solver}.json").read_text())
        self.assertEqual(made["euler"]["hashes"]["frames"], made["ddim"]["hashes"]["frames"])
        self.assertNotEqual(made["ddpm"]["hashes"]["frames"], made["ddim"]["hashes"]["frames"])
        self.assertEqual(made["ddim"]["sampling"]["betas"], "cosine")
        self.assertIsNone(made["ddim"]["sampling"]["flow_shift"])
        run = ["generate", "--model", model, "--prompt", "a", "-o", "o.mp4", "--progress", "none", *cli.BRIEF]
        self.assert_refused(64, ["--solver is heun", "predicts the noise", "ddim, ddpm"], *run, "--solver", "heun")
        self.assert_refused(64, ["--flow-shift"], *run, "--flow-shift", "3")
        cli.make_clip(self.folder / "in.mp4", "32x16", 5)
        self.generate("-o", "v.mp4", "--input", "in.mp4", "--strength", "0.5", model=model)
        more = changes | {"model": str(model), "fresh": False, "output": "more"}
        self.succeed("train", "--config", self.config(**more))
        other = more | {"output": "other", "betas": "linear"}
        self.refused(65, ["beta_schedule is \"squaredcos_cap_v2\"", "linear"], **other)
        self.refused(65, ["DDIMScheduler", "cfm"], model=str(model), output="other")

    def test_stopped_or_killed_and_resumed_it_writes_the_same_bytes(self):
        self.succeed("train", "--config", self.config(output="whole"))
        for sent, code in ((signal.SIGINT, 130), (signal.SIGKILL, -9)):
            run = f"broken{sent.name}"
            returned, err = self.stop_at(3, self.config(output=run), sent)
            self.assertEqual(returned, code, err)
            if sent == signal.SIGINT:
                self.assertIn("--resume " + run, err)
            self.assertFalse((self.folder / run / "model").exists())
            self.succeed("train", "--resume", run)
            self.assertEqual(self.weights(run), self.weights("whole"))

    def test_cached_latents_are_encoded_once(self):
        changes = {"cached_clips": 3, "cache": "cache", "steps": 2}
        first = self.succeed("train", "--config", self.config(**changes))
        self.assertIn("encoded clips: 3 of 3", first.err)
        files = cli.listing(self.folder / "cache")
        self.assertEqual(len(files), 1)
        self.succeed("train", "--config", self.config(**changes), "--set", "output=again")
        self.assertEqual(self.weights("again"), self.weights("run"))
        self.assertEqual(cli.listing(self.folder / "cache"), files)
        other = CONFIG["data"] | {"seed": 9}
        third = self.succeed("train", "--config", self.config(**changes, data=other), "--set", "output=third")
        self.assertIn("encoded clips: 3 of 3", third.err)
        more = self.succeed("train", "--config", self.config(**changes | {"cached_clips": 5, "output": "fourth"}))
        self.assertIn("encoded clips: 2 of 2", more.err)

    def test_the_committed_configurations_are_read(self):
        """As far as the model that they go on from, which is here only once it is trained."""
        configs = [*(cli.ROOT / "configs/train").glob("*.json"), *(cli.ROOT / "configs/train").glob("*/*.json")]
        self.assertGreater(len(configs), 4)
        for config in configs:
            with self.subTest(config):
                elsewhere = ["--set", "model=nowhere", "--set", "output=run"]
                self.assert_refused(66, ["nowhere"], "train", "--config", config, *elsewhere)

    def refused(self, code, texts, *arguments, **changes):
        config = self.config(**changes)
        self.assert_refused(code, texts, "train", "--config", config, *arguments)

    def test_a_wrong_configuration_is_one_line(self):
        self.refused(65, ["/stepz", "did you mean \"steps\""], stepz=3)
        self.refused(65, ["/data/frames is 12.5", "whole number"], data=CONFIG["data"] | {"frames": 12.5})
        self.refused(65, ["/learning_rate/peak is \"much\""], learning_rate={"peak": "much"})
        self.refused(65, ["/objective is \"cfn\"", "did you mean \"cfm\""], objective="cfn")
        self.refused(65, ["/seed is -1"], seed=-1)
        self.refused(65, ["/betas is not a key"], betas="linear")
        self.refused(65, ["/time is not a key"], objective="ddpm", time={})
        self.refused(65, ["/betas is \"round\""], objective="ddpm", betas="round")
        self.refused(65, ["need an autoencoder with weights"], objective="vae", fresh=True,
                     vae={"decoder_only": True})
        self.refused(65, ["/model is missing"], model="")
        self.refused(64, ["sideways"], data=CONFIG["data"] | {"motions": ["sideways"]})
        self.refused(64, ["--set is \"steps\""], "--set", "steps")
        self.refused(66, ["nowhere"], model="nowhere")
        self.assert_refused(66, ["absent.json"], "train", "--config", "absent.json")
        self.assert_refused(64, ["--config is missing"], "train")
        (self.folder / "cut.json").write_text('{"steps": 3')
        self.assert_refused(65, ["cut.json"], "train", "--config", "cut.json")

    def test_clips_that_do_not_fit_the_autoencoder_are_refused(self):
        config = self.config(data=CONFIG["data"] | {"frames": 6})
        result = self.run_in("train", "--config", config)
        self.assertEqual(result.code, 65, result.err)
        self.assert_error(result, "clips of 6 x 16 x 16", "4k+1")
        self.assertFalse((self.folder / "run").exists())

    def test_a_run_is_neither_overwritten_nor_mixed_with_another(self):
        self.succeed("train", "--config", self.config())
        before = cli.listing(self.folder / "run")
        again = self.run_in("train", "--config", self.config())
        self.assertEqual(again.code, 73, again.err)
        self.assert_error(again, "run/model is there already")
        self.assertEqual(cli.listing(self.folder / "run"), before)
        self.run_in("train", "--config", self.config(output="two"), "--set", "steps=2")
        begun_with = (self.folder / "two" / "config.json").read_bytes()
        mixed = self.run_in("train", "--resume", "two", "--set", "batch=3")
        self.assertIn(mixed.code, (73, 78), mixed.err)
        self.assertEqual((self.folder / "two" / "config.json").read_bytes(), begun_with)
        absent = self.run_in("train", "--resume", "absent")
        self.assertEqual(absent.code, 66, absent.err)


if __name__ == "__main__":
    cli.main()
