"""Every option of `generate`, and what it changes."""

import json
import math
import os
import pathlib
import pty
import re
import struct
import subprocess

import cli_program as cli
from cli_program import CFG, SMALL, TINY

SOLVERS = ("euler", "heun", "midpoint", "ab2", "rk4")
LATENT = ("F32", [1, 4, 2, 2, 4])  # of the brief clip


class Clip(cli.ProgramTest):
    def manifest(self, name="o.json"):
        return json.loads((self.folder / name).read_text())

    def hashes(self, *options, **more):
        """The hashes of a brief clip made with these options."""
        self.generate("-o", "o.mp4", "--overwrite", *options, **more)
        return self.manifest()["hashes"]

    def latents(self, *options, **more):
        """The final latents of a brief clip made with these options."""
        self.generate("-o", "o.mp4", "--save-latents", "z", "--dump-tensors", "dump", "--overwrite", *options, **more)
        return self.stored("z", "latents")

    def stored(self, path, name):
        return cli.floats(cli.read_safetensors(self.folder / path)[name])

    def velocity(self, *options, **more):
        """What the transformer said first, noise - data."""
        self.latents(*options, **more)
        return self.stored("dump/velocity_000.safetensors", "velocity")

    def assert_close(self, a, b, bound):
        self.assertLess(distance(a, b), bound)


def distance(a, b):
    """Relative L2 distance of a from b."""
    return math.dist(a, b) / math.hypot(*b)


class Outputs(Clip):
    def test_the_clip_plays_everywhere(self):
        result = self.generate("-o", "o.mp4", "--fps", "30")
        self.assertEqual(result.out, "o.mp4\n")
        stream = cli.probe(self.folder / "o.mp4")
        self.assertEqual((stream["codec_name"], stream["pix_fmt"]), ("h264", "yuv420p"))
        self.assertEqual([stream["color_" + k] for k in ("space", "transfer", "primaries")], ["bt709"] * 3)
        self.assertEqual((stream["width"], stream["height"]), (32, 16))
        self.assertEqual((stream["nb_read_frames"], stream["r_frame_rate"]), ("5", "30/1"))
        boxes = cli.mp4_boxes(self.folder / "o.mp4")
        self.assertLess(boxes.index("moov"), boxes.index("mdat"))
        self.assertEqual([name for name, _ in cli.listing(self.folder)], ["o.json", "o.mp4"])

    def test_codecs(self):
        for codec, name, said, pixels in [
            ("h265", "o.mp4", "hevc", "yuv420p"),
            ("av1", "o.webm", "av1", "yuv420p"),
            ("ffv1", "o.mkv", "ffv1", "bgr0"),
            ("h264", "o.mov", "h264", "yuv420p"),
        ]:
            with self.subTest(codec):
                size = ["--width", "64", "--height", "64"]  # SVT-AV1 refuses less
                self.generate("-o", name, "--codec", codec, "--steps", "1", "--overwrite", *size)
                stream = cli.probe(self.folder / name)
                self.assertEqual((stream["codec_name"], stream["pix_fmt"]), (said, pixels))
                self.assertEqual(stream["nb_read_frames"], "5")

    def test_png_frames_are_those_of_frames_dir(self):
        self.generate("-o", "clip", "--codec", "png", "--frames-dir", "frames")
        names = [f"frame_{i:05}.png" for i in range(5)]
        self.assertEqual(sorted(p.name for p in (self.folder / "clip").iterdir()), names)
        for name in names:
            frame = (self.folder / "clip" / name).read_bytes()
            self.assertEqual(frame, (self.folder / "frames" / name).read_bytes())
            self.assertEqual(struct.unpack(">II", frame[16:24]), (32, 16))
        self.assertTrue((self.folder / "clip.json").exists())

    def test_contact_sheet(self):
        self.generate("-o", "o.mp4", "--contact-sheet", "sheet.png")
        sheet = cli.probe(self.folder / "sheet.png")
        self.assertEqual((sheet["width"], sheet["height"]), (4 * 36 + 4, 2 * 20 + 4))
        self.assert_refused(64, ["--contact-sheet", "--output", "different names"],
                            "generate", "--model", cli.TINY, "-p", "a cat", "-o", "a.png", "--contact-sheet", "a.png")
        self.assertEqual([name for name, _ in cli.listing(self.folder)], ["o.json", "o.mp4", "sheet.png"])

    def test_what_the_model_says_of_itself_is_the_default(self):
        use = {"width": 48, "height": 32, "num_frames": 9, "fps": 12, "steps": 3, "cfg_scale": 2, "words": ["a", "cat"]}
        (self.copy_model() / "flowreel.json").write_text(json.dumps(use))
        command = ["generate", "--model", "model", "--threads", "1", "-p", "a green Cat", "-o"]
        said = self.succeed(*command, "a.mp4").err
        self.assertIn("the model's own width 48, height 32, frames 9, fps 12, steps 3, cfg scale 2", said)
        self.assertIn('the model was never taught "green"', said)
        stream = cli.probe(self.folder / "a.mp4")
        self.assertEqual((stream["width"], stream["height"], stream["nb_read_frames"]), (48, 32, "9"))
        sampling = self.manifest("a.json")["sampling"]
        self.assertEqual((sampling["steps"], sampling["cfg_scale"]), (3, 2))
        given = ["--width", "32", "--num-frames", "5", "--steps", "1", "--cfg-scale", "1"]
        said = self.succeed(*command, "b.mp4", *given).err
        self.assertIn("the model's own height 32, fps 12\n", said)
        self.assertEqual(self.manifest("b.json")["sampling"]["steps"], 1)

    def test_without_a_model_the_one_that_comes_with_flowreel_is_used(self):
        small = ["--width", "64", "--height", "64", "--num-frames", "9", "--steps", "4"]
        prompt = "a large blue square staying still on a zebra striped yellow background"
        said = self.succeed("generate", "-p", prompt, "--seed", "3", "-o", "o.mp4", *small).err
        self.assertIn('the model was never taught "zebra", "striped"', said)
        bundled = cli.ROOT / "models/pretrained/shapes"
        self.assertEqual(pathlib.Path(self.manifest("o.json")["model"]).resolve(), bundled)
        self.assertEqual(self.manifest("o.json")["sampling"]["cfg_scale"],
                         json.loads((bundled / "flowreel.json").read_text())["cfg_scale"])
        self.assertEqual(cli.probe(self.folder / "o.mp4")["nb_read_frames"], "9")

    def test_quality(self):
        size = ["--width", "128", "--height", "128", "--steps", "1"]
        bytes_of = {}
        for name, options in {
            "fine": ["--crf", "1"],
            "coarse": ["--crf", "45"],
            "rate": ["--bitrate", "20000"],
        }.items():
            self.generate("-o", name + ".mp4", *size, *options)
            bytes_of[name] = (self.folder / (name + ".mp4")).stat().st_size
        self.assertLess(2 * bytes_of["coarse"], bytes_of["fine"])
        self.assertLess(2 * bytes_of["rate"], bytes_of["fine"])

    def test_overwrite(self):
        (self.folder / "o.mp4").write_text("old")
        (self.folder / "z.safetensors").write_text("old")
        self.generate("-o", "o.mp4", "--save-latents", "z.safetensors", "--overwrite")
        self.assertEqual(cli.probe(self.folder / "o.mp4")["nb_read_frames"], "5")
        self.assertEqual(cli.shapes(self.folder / "z.safetensors"), {"latents": LATENT})

    def test_the_same_job_gives_the_same_bytes(self):
        self.generate("-o", "a.mp4", model=SMALL)
        self.generate("-o", "b.mp4", model=SMALL)
        self.assertEqual((self.folder / "a.mp4").read_bytes(), (self.folder / "b.mp4").read_bytes())
        self.assertEqual((self.folder / "a.json").read_bytes(), (self.folder / "b.json").read_bytes())


class Tensors(Clip):
    def test_dump(self):
        """Names, types and shapes of what --dump-tensors promises, and no file more."""
        self.generate("-o", "o.mp4", "--dump-tensors", "dump", "--save-latents", "z.safetensors")
        text = {
            "input_ids": ("I64", [1, 351]),
            "attention_mask": ("I64", [1, 351]),
            "clip_input_ids": ("I64", [1, 77]),
            "prompt_embeds": ("F32", [1, 256, 16]),
            "prompt_embeds_mask": ("I64", [1, 256]),
            "pooled_prompt_embeds": ("F32", [1, 8]),
        }
        expected = {
            "text": text,
            "noise": {"latents": LATENT},
            "velocity_000": {"velocity": LATENT},
            "step_000": {"latents": LATENT},
            "step_001": {"latents": LATENT},
            "decoded": {"frames": ("F32", [5, 3, 16, 32])},
        }
        dump = self.folder / "dump"
        self.assertEqual({p.stem: cli.shapes(p) for p in dump.iterdir()}, expected)
        last = cli.read_safetensors(dump / "step_001.safetensors")
        self.assertEqual(last, cli.read_safetensors(self.folder / "z.safetensors"))

    def test_latents_come_back(self):
        made = self.hashes("--save-latents", "z.safetensors", "--dump-tensors", "dump")
        again = self.hashes("--initial-latents", "dump/noise.safetensors", "--seed", "7")
        self.assertEqual(again["latents"], made["latents"])
        decode = ["generate", "--model", TINY, "--threads", "1", "--progress", "none", "-o", "d.mp4"]
        self.succeed(*decode, "--from-latents", "z.safetensors")
        decoded = self.manifest("d.json")
        self.assertEqual(decoded["task"], "decode")
        self.assertEqual(decoded["hashes"]["frames"], made["frames"])

    def test_types(self):
        exact = ["--embedded-guidance-scale", "8"]  # of which bfloat16 makes nothing else
        made = {d: self.latents("--dtype", d, *exact) for d in ("auto", "float32", "bfloat16", "float16")}
        self.assertEqual(made["auto"], made["float32"])
        self.assertEqual(len(set(made.values())), 3)
        self.assert_close(made["bfloat16"], made["float32"], 5e-2)
        self.assert_close(made["float16"], made["float32"], 5e-3)
        self.assertEqual(self.manifest()["compute"]["dtype"]["transformer"], "float16")

    def test_devices(self):
        made = [self.hashes("--device", device) for device in ("cpu", "auto")]
        for hashes in made:
            del hashes["file"]  # it carries the manifest, which says how the device was asked for
        self.assertEqual(*made)
        run = ["generate", "--model", TINY, *cli.BRIEF, "--prompt", "x", "-o", "c.mp4", "--device", "cuda:99"]
        self.assert_refused(69, ["cuda:99"], *run)


class Sampling(Clip):
    def test_solvers(self):
        """All lead to one place with more steps, and those of higher order come closer with few."""

        def made(solver, steps):
            return self.latents("--solver", solver, "--steps", str(steps), "--flow-shift", "1")

        goal = made("rk4", 60)
        few = {s: distance(made(s, 4), goal) for s in SOLVERS}
        for solver in SOLVERS[:-1]:
            self.assertLess(2 * distance(made(solver, 32), goal), few[solver], solver)
            self.assertLess(few["rk4"], few[solver], solver)
            self.assertLessEqual(few[solver], few["euler"], solver)
        self.assertEqual(len(set(few.values())), 5)

    def test_more_solvers(self):
        """They lead where rk4 does, and the manifest says what each cost."""

        def made(solver, steps, *more):
            options = ["--solver", solver, "--steps", str(steps), "--flow-shift", "1", *more]
            return self.latents(*options), self.manifest()["sampling"]["evaluations"]

        goal, cost = made("rk4", 60)
        self.assertEqual(cost, 240)
        for solver, dear in (("ab3", 2), ("ab4", 6), ("dpm++2m", 0), ("unipc", 0)):
            (few, few_cost), (many, many_cost) = made(solver, 8), made(solver, 32)
            self.assertEqual((few_cost, many_cost), (8 + dear, 32 + dear), solver)
            self.assertLess(distance(many, goal), distance(few, goal), solver)
        exact, dear = made("dopri5", 1, "--tolerance", "1e-6")
        rough, cheap = made("dopri5", 1, "--tolerance", "1e-2")
        self.assertLess(distance(exact, goal), 2e-2)
        finest, _ = made("dopri5", 1, "--tolerance", "1e-7")
        self.assertLess(distance(exact, finest), distance(rough, finest))
        self.assertGreater(dear, cheap)
        self.assertNotEqual(made("sde", 4), made("sde", 4, "--seed", "7"))

    def test_an_euler_step(self):
        velocity = self.velocity("--flow-shift", "1")
        noise, step = (self.stored(f"dump/{n}.safetensors", "latents") for n in ("noise", "step_000"))
        self.assert_close([n - 0.5 * v for n, v in zip(noise, velocity)], step, 1e-6)

    def test_diffusion_samplers(self):
        """ddim is Euler on this path; ddpm adds noise that the seed decides."""
        made = lambda *more: self.latents("--steps", "4", *more)
        self.assertEqual(made("--solver", "ddim"), made("--solver", "euler"))
        ancestral = made("--solver", "ddpm")
        self.assertEqual(made("--solver", "ddpm"), ancestral)
        self.assertNotEqual(made("--solver", "ddpm", "--seed", "7"), ancestral)
        self.assertGreater(distance(ancestral, made("--solver", "euler")), 0.1)

    def test_schedule(self):
        for options, sigmas in [
            (["--flow-shift", "1"], [1, 1 / 2, 0]),
            (["--flow-shift", "3"], [1, 3 / 4, 0]),
            (["--flow-shift", "1", "--steps", "3"], [1, 2 / 3, 1 / 3, 0]),
        ]:
            self.hashes(*options)
            for is_now, expected in zip(self.manifest()["sampling"]["sigmas"], sigmas, strict=True):
                self.assertAlmostEqual(is_now, expected, delta=1e-6)
        run = ["generate", "--model", TINY, *cli.BRIEF[:6], "--threads", "1", "--prompt", "a cat", "-o", "s.mp4"]
        self.succeed(*run, "--sigmas", "1, 0.5", "--flow-shift", "1")
        self.assertEqual(self.manifest("s.json")["sampling"]["sigmas"], [1, 0.5, 0])

    def test_guidance_and_negative_prompt(self):
        """A guided step goes along v_negative + 4 (v_prompt - v_negative)."""
        shift = ["--flow-shift", "1"]
        prompt = self.velocity(*shift, model=CFG)
        for negative, options in [("", []), ("blur", ["--negative-prompt", "blur"])]:
            away = self.velocity(*shift, model=CFG, prompt=negative)
            self.latents("--cfg-scale", "4", *options, *shift, model=CFG)
            noise, step = (self.stored(f"dump/{n}.safetensors", "latents") for n in ("noise", "step_000"))
            expected = [x - 0.5 * (n + 4 * (p - n)) for x, p, n in zip(noise, prompt, away)]
            self.assert_close(step, expected, 1e-5)
        self.assertEqual(self.manifest()["negative_prompt"], "blur")
        embedded = {self.hashes("--embedded-guidance-scale", g)["latents"] for g in ("1", "6")}
        self.assertEqual(len(embedded), 2)

    def test_seeds(self):
        first = self.hashes("--seed", "1")["noise"]
        self.assertNotEqual(first, self.hashes("--seed", "2")["noise"])
        self.assertNotEqual(first, self.hashes("--seed", "1", "--noise-rng", "torch-cpu")["noise"])
        self.assertEqual(first, self.hashes("--seed", "1", prompt="another")["noise"])

    def test_a_random_seed_is_told_and_makes_the_same_again(self):
        drawn = [self.generate("-o", "o.mp4", "--seed", "-1", "--overwrite").err for _ in range(2)]
        seeds = [re.fullmatch(r"flowreel: seed (\d+)\n", err)[1] for err in drawn]
        self.assertNotEqual(*seeds)
        self.assertEqual(self.manifest()["seed"], int(seeds[1]))
        self.assertEqual(self.manifest()["hashes"], self.hashes("--seed", seeds[1]))

    def test_threads(self):
        self.hashes("--threads", "2")
        self.assertEqual(self.manifest()["compute"]["threads"], 2)

    def test_tiling(self):
        large = ["--width", "96", "--height", "64", "--steps", "1"]
        whole = self.hashes("--vae-tiling", "off", *large)
        tiles = ["--vae-tile", "32x32x16", "--vae-tile-stride", "24x24x12"]
        tiled = self.hashes("--vae-tiling", "on", *tiles, *large)
        self.assertEqual(whole["latents"], tiled["latents"])
        self.assertNotEqual(whole["frames"], tiled["frames"])
        said = self.generate("-o", "o.mp4", "--overwrite", "--vae-tiling", "auto", *tiles, *large).err
        self.assertRegex(said, r"VAE tiling auto: off; .* needs about .*iB, .*iB are free")


class Start(Clip):
    def test_from_a_clip(self):
        cli.make_clip(self.folder / "in.mp4", "32x16", 9)
        made = {s: self.hashes("--input", "in.mp4", "--strength", s) for s in ("0", "0.5", "1")}
        self.assertEqual(len({h["latents"] for h in made.values()}), 3)
        self.assertEqual(made["1"]["latents"], self.hashes()["latents"])  # nothing of the clip is left
        self.assertEqual(self.manifest()["size"]["num_frames"], 5)

    def test_from_a_folder_of_images(self):
        (self.folder / "in").mkdir()
        cli.make_clip(self.folder / "in" / "%03d.png", "32x16", 5)
        self.assertNotEqual(self.hashes("--input", "in"), self.hashes())

    def test_from_a_first_frame(self):
        cli.make_clip(self.folder / "in.png", "50x20", 1)
        first = self.hashes("--first-frame", "in.png", "--dump-tensors", "dump")
        self.assertEqual(self.manifest()["task"], "i2v")
        steps = [self.folder / f"dump/step_00{i}.safetensors" for i in (0, 1)]
        held = [cli.floats(cli.read_safetensors(step)["latents"]) for step in steps]
        frame = [[values[c * 16 : c * 16 + 8] for c in range(4)] for values in held]  # [C,T=2,2,4] → T=0
        self.assertEqual(frame[0], frame[1])
        self.assertNotEqual(held[0], held[1])
        self.assertNotEqual(first["latents"], self.hashes()["latents"])


class Messages(Clip):
    def test_prompt_file(self):
        (self.folder / "p.txt").write_bytes("a cat on the grass 🎬\r\n".encode())
        run = ["generate", "--model", TINY, *cli.BRIEF, "--progress", "none", "-o"]
        self.succeed(*run, "a.mp4", "--prompt-file", "p.txt")
        self.succeed(*run, "b.mp4", "--prompt", "a cat on the grass 🎬")
        self.assertEqual((self.folder / "a.json").read_bytes(), (self.folder / "b.json").read_bytes())

    def test_a_byte_order_mark_is_no_text(self):
        (self.folder / "p.txt").write_bytes(b"\xef\xbb\xbfa cat")
        self.succeed("generate", "--model", TINY, *cli.BRIEF, "-o", "o.mp4", "--prompt-file", "p.txt")
        self.assertEqual(self.manifest()["prompt"], "a cat")

    def test_noise_from_a_file_has_no_seed(self):
        self.generate("-o", "o.mp4", "--dump-tensors", "dump")
        noise = ["--initial-latents", "dump/noise.safetensors"]
        self.assertNotIn("seed", self.generate("-o", "o.mp4", "--overwrite", *noise).err)
        self.assertEqual((self.manifest()["seed"], self.manifest()["noise"]["rng"]), (None, None))
        said = self.generate("-o", "o.mp4", "--overwrite", "--seed", "7", *noise).err
        self.assertIn("--seed has no effect with --initial-latents", said)

    def test_sigmas_are_shifted_and_it_says_so(self):
        run = ["generate", "--model", TINY, *cli.BRIEF[:6], "--threads", "1", "--prompt", "a cat", "-o", "s.mp4"]
        said = self.succeed(*run, "--sigmas", "1,0.5", "--flow-shift", "3").err
        self.assertIn("--sigmas are shifted by 3, as in diffusers; --flow-shift 1 takes them as given", said)
        self.assertEqual(self.manifest("s.json")["sampling"]["sigmas"], [1, 0.75, 0])
        self.assertNotIn("--sigmas", self.succeed(*run, "--sigmas", "1,0.5", "--flow-shift", "1", "--overwrite").err)

    def test_help_names_the_defaults(self):
        said = " ".join(self.succeed("generate", "--help").out.split())
        for default in ("1280)", "720)", "129)", "24)", "50)", "(euler)", "(0.8)", "(philox)", "(off)", "(42)"):
            self.assertIn(default, said)
        self.assertIn("(h264 18, h265 20, av1 30)", said)

    def test_what_was_cut_off_a_prompt(self):
        words = " ".join(f"word{i}" for i in range(400)) + "\x1b[31m\n"
        said = self.generate("-o", "o.mp4", prompt=words).err.splitlines()
        self.assertEqual([s[:10] for s in said], ["flowreel: "] * 3)
        llama, clip = said[1:]
        self.assertRegex(llama, r'^flowreel: prompt: LLaMA keeps \d+ of \d+ tokens; cut off: "')
        self.assertRegex(clip, r'^flowreel: prompt: CLIP keeps 75 of \d+ tokens; cut off: ".*word')
        for line in said:
            self.assertTrue(line.isprintable(), repr(line))
        both = self.generate("-o", "c.mp4", "--cfg-scale", "2", "--negative-prompt", words).err
        self.assertIn("negative prompt: CLIP keeps 75 of", both)

    def test_progress_json(self):
        run = ["generate", "--model", TINY, *cli.BRIEF, "--prompt", "x", "--progress", "json", "-o", "o.mp4"]
        lines = [json.loads(line) for line in self.succeed(*run).out.splitlines()]
        self.assertTrue(all(line["v"] == 1 for line in lines))
        self.assertEqual([line["t"] for line in lines], ["progress"] * (len(lines) - 1) + ["done"])
        pct = [line["pct"] for line in lines]
        self.assertEqual(pct, sorted(pct))
        self.assertEqual((pct[-1], lines[-1]["output"]), (100, "o.mp4"))
        sample = [(line["step"], line["steps"]) for line in lines[:-1] if line["stage"] == "sample"]
        self.assertEqual(sample, [(0, 2), (1, 2), (2, 2)])

    def test_progress_plain_and_none(self):
        run = ["generate", "--model", TINY, *cli.BRIEF, "--prompt", "x", "--overwrite", "-o", "o.mp4", "--progress"]
        for mode in ("auto", "plain"):
            result = self.succeed(*run, mode)
            self.assertEqual(result.out, "o.mp4\n")
            self.assertIn("sample 1/2\nsample 2/2\n", result.err)
        self.assertEqual(self.succeed(*run, "none").err, "flowreel: seed 42\n")

    def test_progress_on_a_terminal(self):
        ours, its = pty.openpty()
        run = [cli.PROGRAM, "generate", "--model", TINY, *cli.BRIEF, "--prompt", "x", "-o", "o.mp4"]
        subprocess.run(run, cwd=self.folder, stderr=its, stdout=subprocess.PIPE, check=True, timeout=30)
        shown = b""
        while b"decode  [" + b"#" * 30 not in shown:
            shown += os.read(ours, 4096)
        self.assertIn(b"\rsample  [###############", shown)
        self.assertRegex(shown, rb"0:\d\d left")


if __name__ == "__main__":
    cli.main()
