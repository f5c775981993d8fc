#!/usr/bin/env python3
"""Times flowreel against diffusers: the same random model, LibTorch and thread count, in one run.

    tools/bench.py [--program build/release/flowreel] [--threads 2] [--steps 6] [--rounds 3]

Prints seconds per sampling step, per decode, from cold start to the first clip, and peak memory of each, with the
ratio diffusers / flowreel. The two take turns, so that a machine whose speed drifts favours neither; times are medians
over all rounds, memory is the largest seen.
Needs a Python with torch, diffusers and transformers of the versions below (the ones of
tools/make_fixtures.py); the program should be linked to that same torch.

Model: 4 double + 8 single blocks, width 512; 2304 video tokens, 20 valid of 256 text tokens; the autoencoder at half
the published widths decodes 17 frames of 256x256. float32.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests/data/golden/small/model"
PROMPT_TOKENS = 20
TEMPLATE_CROP = 95


def build_model(folder):
    """A random pipeline directory of the size above, with the tokenizers of a golden one."""
    import torch
    from diffusers import AutoencoderKLHunyuanVideo, HunyuanVideoTransformer3DModel
    from transformers import CLIPTextConfig, CLIPTextModel, LlamaConfig, LlamaModel

    torch.manual_seed(0)
    for part in ("tokenizer", "tokenizer_2", "scheduler"):
        shutil.copytree(GOLDEN / part, folder / part)
    shutil.copy(GOLDEN / "model_index.json", folder)
    llama = json.loads((GOLDEN / "text_encoder/config.json").read_text())
    clip = json.loads((GOLDEN / "text_encoder_2/config.json").read_text())
    HunyuanVideoTransformer3DModel(
        num_attention_heads=8,
        attention_head_dim=64,
        num_layers=4,
        num_single_layers=8,
        text_embed_dim=llama["hidden_size"],
        pooled_projection_dim=clip["hidden_size"],
        rope_axes_dim=(16, 24, 24),
    ).save_pretrained(folder / "transformer")
    AutoencoderKLHunyuanVideo(block_out_channels=(64, 128, 256, 256)).save_pretrained(folder / "vae")
    LlamaModel(LlamaConfig(**llama)).save_pretrained(folder / "text_encoder")
    CLIPTextModel(CLIPTextConfig(**clip)).save_pretrained(folder / "text_encoder_2")


def prompt_of_tokens(folder):
    """A prompt of which exactly PROMPT_TOKENS remain after the template is cut off."""
    from diffusers.pipelines.hunyuan_video.pipeline_hunyuan_video import DEFAULT_PROMPT_TEMPLATE
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder / "tokenizer")
    prompt = ""
    for word in ["a"] * 400:
        ids = tokenizer(DEFAULT_PROMPT_TEMPLATE["template"].format(prompt)).input_ids
        if len(ids) == TEMPLATE_CROP + PROMPT_TOKENS:
            return prompt
        prompt += " " + word
    raise SystemExit("no prompt of the wanted length was found")


def peer(args):
    """Runs in a process of its own: diffusers, timed from inside, as one JSON line on stdout."""
    import torch
    from diffusers import HunyuanVideoPipeline
    from transformers import PreTrainedTokenizerFast

    torch.set_num_threads(args.threads)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(pathlib.Path(args.peer) / "tokenizer")
    pipe = HunyuanVideoPipeline.from_pretrained(args.peer, tokenizer=tokenizer, torch_dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    ticks = []

    def tick(*_):
        ticks.append(time.perf_counter())
        return {}

    size = {"height": args.height, "width": args.width, "num_frames": args.frames}
    result = {}
    if args.stage == "decode":
        from safetensors.torch import load_file

        latents = load_file(args.latents)["latents"]
        with torch.no_grad():
            began = time.perf_counter()
            pipe.vae.decode(latents / pipe.vae.config.scaling_factor, return_dict=False)
            result["decode"] = time.perf_counter() - began
    else:
        kind = "latent" if args.stage == "steps" else "pil"
        out = pipe(prompt=args.prompt, num_inference_steps=args.steps, output_type=kind,
                   generator=torch.Generator().manual_seed(0), callback_on_step_end=tick, **size)
        result["ticks"] = ticks
        if args.stage == "whole":  # images, since its MP4 writer needs one more package
            for index, frame in enumerate(out.frames[0]):
                frame.save(f"{args.out}{index:05}.png")
    print(json.dumps(result))


def run(command, env, last_stage=None):
    """(stdout lines with their arrival times, wall seconds, peak resident MiB); ends with last_stage if given"""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    lines, stopped = [], False
    for line in process.stdout:
        lines.append((time.perf_counter(), line))
        if last_stage is None or stopped:
            continue
        event = json.loads(line)
        if event.get("stage") == last_stage and event["step"] == event["steps"]:
            process.kill()
            stopped = True
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0 and not stopped:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{errors}")
    return lines, time.perf_counter() - began, usage.ru_maxrss / 1024


class Pair:
    """What was measured of the two, round after round."""

    def __init__(self):
        self.ours, self.theirs = [], []


class Contest:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.env = dict(os.environ, OMP_NUM_THREADS=str(args.threads), MKL_NUM_THREADS=str(args.threads))
        self.rows = []

    def flowreel(self, *options, last_stage=None):
        command = [self.args.program, "generate", "--threads", str(self.args.threads), "--progress", "json",
                   "--overwrite", "--allow-blank", "--vae-tiling", "off", "-o", self.folder / "clip.mp4", *options]
        return run([str(part) for part in command], self.env, last_stage)

    def diffusers(self, stage, model, **options):
        command = [sys.executable, __file__, "--peer", model, "--stage", stage, "--threads", self.args.threads]
        for name, value in options.items():
            command += [f"--{name}", value]
        lines, wall, peak = run([str(part) for part in command], self.env)
        return json.loads(lines[-1][1]), wall, peak

    def add(self, name, pair, summary, unit):
        ours, theirs = summary(pair.ours), summary(pair.theirs)
        self.rows.append((name, theirs, ours, theirs / ours, unit))

    def progress(self, lines, stage):
        events = [(at, json.loads(line)) for at, line in lines]
        return [(at, e["step"]) for at, e in events if e.get("stage") == stage]

    def steps(self, model, prompt):
        size = ["--width", 256, "--height", 256, "--num-frames", 33, "--steps", self.args.steps]
        differences = lambda ticks: [b - a for a, b in zip(ticks, ticks[1:])]
        times, peaks = Pair(), Pair()
        for _ in range(self.args.rounds):
            lines, _, peak = self.flowreel("-m", model, "-p", prompt, *size, last_stage="sample")
            times.ours += differences([at for at, _ in self.progress(lines, "sample")][1:])
            peaks.ours.append(peak)
            theirs, _, peak = self.diffusers("steps", model, prompt=prompt, width=256, height=256, frames=33,
                                             steps=self.args.steps)
            times.theirs += differences(theirs["ticks"])
            peaks.theirs.append(peak)
        self.add("one sampling step", times, statistics.median, "s")
        self.add("peak memory of sampling", peaks, max, "MiB")

    def decode(self, model):
        import torch
        from safetensors.torch import save_file

        latents = self.folder / "decode.safetensors"
        save_file({"latents": torch.randn(1, 16, 5, 32, 32, generator=torch.Generator().manual_seed(1))}, latents)
        times, peaks = Pair(), Pair()
        for _ in range(self.args.rounds):
            lines, _, peak = self.flowreel("-m", model, "--from-latents", latents)
            ours = self.progress(lines, "decode")
            times.ours.append(ours[-1][0] - ours[0][0])
            peaks.ours.append(peak)
            theirs, _, peak = self.diffusers("decode", model, latents=latents)
            times.theirs.append(theirs["decode"])
            peaks.theirs.append(peak)
        self.add("decode of 17 x 256 x 256", times, statistics.median, "s")
        self.add("peak memory of that decode", peaks, max, "MiB")

    def cold_start(self):
        size = ["--width", 64, "--height", 48, "--num-frames", 9, "--steps", 1]
        walls = Pair()
        for _ in range(self.args.rounds):
            walls.ours.append(self.flowreel("-m", GOLDEN, "-p", "a cat", *size)[1])
            walls.theirs.append(self.diffusers("whole", GOLDEN, prompt="a cat", width=64, height=48, frames=9,
                                               steps=1, out=self.folder / "peer_")[1])
        self.add("cold start to the first clip", walls, statistics.median, "s")

    def print(self):
        import diffusers
        import torch

        cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
        print(f"{cpu}, {self.args.threads} threads, {torch.backends.cpu.get_cpu_capability()}, torch "
              f"{torch.__version__}, diffusers {diffusers.__version__}, float32")
        print("| | diffusers | flowreel | ratio |\n|---|---|---|---|")
        for name, theirs, ours, ratio, unit in self.rows:
            print(f"| {name} | {theirs:.3g} {unit} | {ours:.3g} {unit} | {ratio:.2f}x |")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/release/flowreel"))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["steps", "decode", "cold"])
    for hidden in ("--peer", "--stage", "--prompt", "--latents", "--out"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    for hidden in ("--width", "--height", "--frames"):
        parser.add_argument(hidden, type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    args = parse()
    if args.peer:
        return peer(args)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        model = folder / "model"
        model.mkdir()
        build_model(model)
        contest = Contest(args, folder)
        prompt = prompt_of_tokens(model)
        if args.only in (None, "steps"):
            contest.steps(model, prompt)
        if args.only in (None, "decode"):
            contest.decode(model)
        if args.only in (None, "cold"):
            contest.cold_start()
        contest.print()


if __name__ == "__main__":
    main()
