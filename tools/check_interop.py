#!/usr/bin/env python3
"""Checks that a model directory means the same to flowreel and to diffusers, and one that diffusers wrote as well.

    tools/check_interop.py [MODEL] [--program build/release/flowreel] [--size 128x128x33] [--steps 20] [--prompt TEXT]

MODEL (models/pretrained/shapes) is opened with HunyuanVideoPipeline.from_pretrained; from the same initial latents both
make the same clip. Then diffusers and PyTorch train it on for three steps of flow matching, save_pretrained writes it,
and flowreel and diffusers make a clip of that. Fails unless 99.9 % of the frames' values are within one level in
both. Needs a Python with the versions named in tests/data/README.md.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
WITHIN_ONE_LEVEL = 0.999


def flowreel_frames(args, model, folder):
    """[T,H,W,3] uint8 and the initial latents of flowreel's run."""
    import numpy as np
    from PIL import Image
    from safetensors.torch import load_file

    width, height, frames = args.size.split("x")
    command = [args.program, "generate", "--model", model, "--prompt", args.prompt]
    command += ["--width", width, "--height", height, "--num-frames", frames, "--steps", args.steps]
    command += ["--cfg-scale", args.cfg_scale, "--seed", "7", "--threads", args.threads, "--allow-blank"]
    command += ["--output", folder / "clip.mp4", "--frames-dir", folder / "frames"]
    command += ["--dump-tensors", folder / "tensors", "--progress", "none"]
    subprocess.run([str(word) for word in command], check=True)
    images = sorted((folder / "frames").glob("*.png"))
    noise = load_file(folder / "tensors/noise.safetensors")["latents"]
    return np.stack([np.asarray(Image.open(path)) for path in images]), noise


def diffusers_frames(args, pipe, noise):
    import numpy as np
    import torch

    width, height, frames = map(int, args.size.split("x"))
    guidance = {"true_cfg_scale": args.cfg_scale, "negative_prompt": ""} if args.cfg_scale > 1 else {}
    with torch.no_grad():
        clip = pipe(prompt=args.prompt, width=width, height=height, num_frames=frames, num_inference_steps=args.steps,
                    latents=noise, output_type="pil", **guidance)
    return np.stack([np.asarray(image) for image in clip.frames[0]])


def compare(what, args, pipe, model, folder):
    folder.mkdir()
    ours, noise = flowreel_frames(args, model, folder)
    theirs = diffusers_frames(args, pipe, noise)
    if ours.shape != theirs.shape:
        raise SystemExit(f"{what}: flowreel made {ours.shape}, diffusers {theirs.shape}")
    difference = abs(ours.astype(int) - theirs.astype(int))
    share = (difference <= 1).mean()
    print(f"{what}: {ours.shape[0]} frames of {ours.shape[2]}x{ours.shape[1]}; {100 * share:.4f} % of the values within"
          f" one level, largest difference {difference.max()}, standard deviation of the picture {theirs.std():.1f}")
    return share >= WITHIN_ONE_LEVEL


def train_on(pipe, steps=3):
    """What a researcher would write: three steps of flow matching on noise in place of clips."""
    import torch

    torch.manual_seed(0)
    config = pipe.transformer.config
    optimizer = torch.optim.AdamW(pipe.transformer.parameters(), lr=1e-4)
    for _ in range(steps):
        data, noise = torch.randn(2, 2, config.in_channels, 3, 8, 8)
        sigma = torch.rand(2)
        mixed = torch.lerp(data, noise, sigma.view(-1, 1, 1, 1, 1))
        predicted = pipe.transformer(
            hidden_states=mixed,
            timestep=sigma * 1000,
            encoder_hidden_states=torch.randn(2, 12, config.text_embed_dim),
            encoder_attention_mask=torch.ones(2, 12),
            pooled_projections=torch.randn(2, config.pooled_projection_dim),
            guidance=torch.full((2,), 6000.0) if config.guidance_embeds else None,
        ).sample
        loss = (predicted - (noise - data)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", type=pathlib.Path, default=ROOT / "models/pretrained/shapes")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/flowreel")
    parser.add_argument("--size", default="128x128x33")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--cfg-scale", type=float, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--prompt", default="a large red star spinning on a dark blue background")
    args = parser.parse_args()

    import torch
    from diffusers import HunyuanVideoPipeline

    torch.set_num_threads(args.threads)
    pipe = HunyuanVideoPipeline.from_pretrained(args.model, torch_dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        same = compare("as it is", args, pipe, args.model, folder / "as_it_is")
        train_on(pipe)
        pipe.save_pretrained(folder / "trained_on")
        same = compare("trained on by diffusers", args, pipe, folder / "trained_on", folder / "after") and same
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
