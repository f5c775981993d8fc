#!/usr/bin/env python3
"""Times a training step of flowreel against the same step written with diffusers, transformers and PyTorch eager.

    tools/bench_train.py [--program build/release/flowreel] [--threads 2] [--steps 12] [--rounds 3] [--batch 8]
                         [--size 64x64x17] [--precision bfloat16]

The model is the one of configs/train/shapes/model, random; captions of the shapes data set, text encoders trained too,
AdamW, clipping, averaged weights; with --precision bfloat16 both under autocast. The two take turns; the medians of
seconds per step over all rounds are compared. Needs a Python as tools/bench.py does.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = ROOT / "configs/train/shapes/model"
WARM_UP = 2


class Peer:
    """One training step, as a researcher would write it."""

    def __init__(self, captions):
        import torch
        from diffusers import HunyuanVideoTransformer3DModel
        from diffusers.pipelines.hunyuan_video.pipeline_hunyuan_video import DEFAULT_PROMPT_TEMPLATE
        from transformers import CLIPTextConfig, CLIPTextModel, LlamaConfig, LlamaModel, PreTrainedTokenizerFast

        torch.manual_seed(0)
        config = lambda part: json.loads((MODEL / part / "config.json").read_text())
        self.transformer = HunyuanVideoTransformer3DModel.from_config(config("transformer"))
        self.llama = LlamaModel(LlamaConfig(**config("text_encoder")))
        self.clip = CLIPTextModel(CLIPTextConfig(**config("text_encoder_2")))
        self.parameters = [
            p for part in (self.transformer, self.llama, self.clip) for p in part.parameters() if p.requires_grad
        ]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=1e-4, weight_decay=0)
        self.averages = [p.detach().clone() for p in self.parameters]
        tokenizer = PreTrainedTokenizerFast.from_pretrained(MODEL / "tokenizer")
        tokenizer_2 = PreTrainedTokenizerFast.from_pretrained(MODEL / "tokenizer_2")
        texts = [DEFAULT_PROMPT_TEMPLATE["template"].format(caption) for caption in captions]
        self.ids = tokenizer(texts, padding=True, return_tensors="pt")
        self.clip_ids = tokenizer_2(captions, padding=True, return_tensors="pt").input_ids
        self.crop = DEFAULT_PROMPT_TEMPLATE["crop_start"]

    def step(self, data, precision):
        import torch

        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            loss = self.loss(data)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        torch._foreach_lerp_(self.averages, [p.detach() for p in self.parameters], 1e-3)
        return loss.item()

    def loss(self, data):
        import torch

        noise, t = torch.randn_like(data), torch.rand(len(data))
        mixed = torch.lerp(noise, data, t.view(-1, 1, 1, 1, 1))
        states = self.llama(self.ids.input_ids, attention_mask=self.ids.attention_mask, output_hidden_states=True)
        output = self.transformer(
            mixed,
            (1 - t) * 1000,
            states.hidden_states[-3][:, self.crop :],
            self.ids.attention_mask[:, self.crop :],
            self.clip(self.clip_ids).pooler_output,
            return_dict=False,
        )[0]
        return torch.nn.functional.mse_loss(-output, data - noise)


def run_peer(args):
    import torch

    torch.set_num_threads(args.threads)
    peer = Peer(args.captions.splitlines())
    width, height, frames = map(int, args.size.split("x"))
    data = torch.randn(args.batch, 16, (frames - 1) // 4 + 1, height // 8, width // 8)
    times = []
    for _ in range(args.steps):
        began = time.perf_counter()
        peer.step(data, args.precision)
        times.append(time.perf_counter() - began)
    print(json.dumps(times[WARM_UP:]))


def flowreel_times(args, folder, number):
    """Seconds between the reports of single steps; latents are encoded once and kept."""
    width, height, frames = map(int, args.size.split("x"))
    config = {
        "model": str(folder / "model"),
        "output": str(folder / f"run{number}"),
        "cache": str(folder / "latents"),
        "cached_clips": 64,
        "batch": args.batch,
        "steps": args.steps,
        "threads": args.threads,
        "every": {"log": 1},
        "precision": args.precision,
        "data": {"kind": "shapes", "frames": frames, "height": height, "width": width},
    }
    path = folder / "train.json"
    path.write_text(json.dumps(config))
    command = [args.program, "train", "--config", str(path), "--progress", "json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=args.env)
    ticks = []
    for line in process.stdout:
        if json.loads(line)["t"] == "progress":
            ticks.append(time.perf_counter())
    if process.wait() != 0:
        raise SystemExit("flowreel train failed")
    return [b - a for a, b in zip(ticks, ticks[1:])][WARM_UP - 1 :]


def make_autoencoder(folder):
    """The same directory with weights for the autoencoder, which encodes the clips once."""
    import shutil

    from diffusers import AutoencoderKLHunyuanVideo

    shutil.copytree(MODEL, folder / "model")
    config = json.loads((MODEL / "vae/config.json").read_text())
    AutoencoderKLHunyuanVideo.from_config(config).save_pretrained(folder / "model/vae")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/release/flowreel"))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", default="64x64x17", help="pixels and frames of a clip")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--captions", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.captions:
        return run_peer(args)
    args.env = dict(os.environ, OMP_NUM_THREADS=str(args.threads), MKL_NUM_THREADS=str(args.threads))
    captions = subprocess.run([args.program, "shapes", "--captions", str(args.batch)], check=True,
                              capture_output=True, text=True).stdout
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        make_autoencoder(folder)
        for number in range(args.rounds):
            ours += flowreel_times(args, folder, number)
            options = ["--threads", args.threads, "--steps", args.steps, "--batch", args.batch,
                       "--size", args.size, "--precision", args.precision]
            command = [sys.executable, __file__, "--captions", captions, *map(str, options)]
            output = subprocess.run(command, check=True, capture_output=True, text=True, env=args.env).stdout
            theirs += json.loads(output.splitlines()[-1])
    a, b = statistics.median(ours), statistics.median(theirs)
    what = f"one training step of {args.batch} clips {args.size}, {args.precision}"
    print(f"{what}: PyTorch eager {b:.3g} s, flowreel {a:.3g} s, ratio {b / a:.2f}x")


if __name__ == "__main__":
    main()
