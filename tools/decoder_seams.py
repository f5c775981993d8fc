#!/usr/bin/env python3
"""Whether decoding in tiles shows: seams and flicker of tiled against untiled decodes of the same latents.

    tools/decoder_seams.py --output DIR                    the bundled model: clips of several prompts
    tools/decoder_seams.py --output DIR --random-vae       an autoencoder of the published widths with random weights

Decodes one set of latents as a whole and in tiles of several sizes, lossless, and prints a table (Markdown): PSNR
against the whole, and what `flowreel consistency` reads at the borders in space (tile_seam_…) and in time (seam_…); the
p are the chances of such a step where there is no border. "whole" is what is decoded without any option: in one piece
of space, in pieces of 16 frames every 12 as diffusers does. Needs numpy for --random-vae.
"""

import argparse
import json
import pathlib
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROMPTS = ["a large red circle moving right on a white background",
           "a large red star spinning on a dark blue background",
           "a large white cross bouncing on a dark green textured background",
           "a medium yellow ring growing on a dark purple gradient background"]
METRICS = ["tile_seam_contrast", "tile_seam_p", "seam_contrast", "seam_p", "flicker_mc", "psnr"]
WHOLE = ("whole", [])
# name, options of `generate`; the second is what --vae-tiling on gives by itself.
SMALL_TILES = [("one piece of time", ["--vae-tile", "256x256x64", "--vae-tile-stride", "192x192x48"]),
               ("64 every 48", ["--vae-tile", "64x64x16", "--vae-tile-stride", "48x48x12"]),
               ("64 every 32", ["--vae-tile", "64x64x16", "--vae-tile-stride", "32x32x12"]),
               ("8 frames every 4", ["--vae-tile", "256x256x8", "--vae-tile-stride", "192x192x4"])]
LARGE_TILES = [("256 every 192 (default)", ["--vae-tiling", "on"]),
               ("128 every 96", ["--vae-tile", "128x128x16", "--vae-tile-stride", "96x96x12"])]


def run(program, *words):
    subprocess.run([program, *map(str, words)], check=True)


def random_vae(folder, seed):
    """A model directory with nothing but an autoencoder, weights as PyTorch's layers begin."""
    import numpy as np

    sys.dont_write_bytecode = True
    from fixtures import published

    (folder / "vae").mkdir(parents=True, exist_ok=True)
    (folder / "model_index.json").write_text(json.dumps(published.MODEL_INDEX))
    (folder / "vae/config.json").write_text(json.dumps(published.VAE))
    draw = np.random.default_rng(seed)
    header, blobs, end = {}, [], 0
    for name, shape in published.vae_tensors(published.VAE).items():
        if "norm" in name:
            values = np.full(shape, 1.0 if name.endswith("weight") else 0.0, np.float32)
        else:
            fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 512
            values = (draw.uniform(-1, 1, shape) / np.sqrt(fan_in)).astype(np.float32)
        blobs.append(values.tobytes())
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [end, end + len(blobs[-1])]}
        end += len(blobs[-1])
    write(folder / "vae/diffusion_pytorch_model.safetensors", header, blobs)


def random_latents(path, shape, seed):
    """Smooth in space, as latents of pictures are, and alike from frame to frame."""
    import numpy as np

    draw = np.random.default_rng(seed)
    z = draw.standard_normal(shape).astype(np.float32)
    for axis in (3, 4):
        for _ in range(8):
            z = (np.roll(z, 1, axis) + 2 * z + np.roll(z, -1, axis)) / 4
    z = (0.9 * z[:, :, :1] + 0.1 * z) / z.std()
    header = {"latents": {"dtype": "F32", "shape": list(shape), "data_offsets": [0, z.nbytes]}}
    write(path, header, [np.ascontiguousarray(z, np.float32).tobytes()])


def write(path, header, blobs):
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for blob in blobs:
            file.write(blob)


def decode(program, model, latents, options, out):
    run(program, "generate", *model, "--from-latents", latents, "--codec", "ffv1", "-o", out, "--overwrite",
        "--allow-blank", "--progress", "none", *options)


def measure(program, clip, reference, folder):
    options = ["--reference", reference] if reference != clip else []
    metrics = METRICS if options else METRICS[:-1]
    out = folder / "measured.json"
    run(program, "consistency", clip, *options, "--metrics", ",".join(metrics), "--json", out, "--overwrite",
        "--quiet", "--progress", "none")
    return json.loads(out.read_text())["clips"][0]["metrics"]


def cell(metrics, name):
    found = metrics.get(name)
    if found is None:
        return "–"
    if found["value"] is None:
        return found["status"]
    return f"{found['value']:.4g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--random-vae", action="store_true")
    parser.add_argument("--size", default="448x256x9", help="of the random autoencoder's clip, WxHxF")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", default=str(ROOT / "build/release/flowreel"))
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    cases = []
    if args.random_vae:
        width, height, frames = map(int, args.size.split("x"))
        model = args.output / "model"
        random_vae(model, args.seed)
        latents = args.output / "latents.safetensors"
        random_latents(latents, (1, 16, (frames - 1) // 4 + 1, height // 8, width // 8), args.seed)
        cases.append(("random", ["--model", model], latents))
    else:
        for i, prompt in enumerate(PROMPTS):
            latents = args.output / f"latents_{i}.safetensors"
            run(args.program, "generate", "-p", prompt, "--seed", args.seed, "-o", args.output / f"clip_{i}.mp4",
                "--save-latents", latents, "--overwrite", "--progress", "none")
            cases.append((prompt, [], latents))
    rows = ["| latents | decoded | " + " | ".join(METRICS) + " |", "|---|---|" + "---|" * len(METRICS)]
    for number, (name, model, latents) in enumerate(cases):
        whole = args.output / f"{number}_whole.mkv"
        for label, options in [WHOLE] + (LARGE_TILES if args.random_vae else SMALL_TILES):
            out = whole if label == "whole" else args.output / f"{number}_{label.replace(' ', '_')}.mkv"
            in_space = options and not label.startswith(("8 frames", "one piece")) and "--vae-tiling" not in options
            tiled = ["--vae-tiling", "on"] if in_space else []
            decode(args.program, model, latents, [*options, *tiled], out)
            metrics = measure(args.program, out, whole, args.output)
            rows.append(f"| {name} | {label} | " + " | ".join(cell(metrics, m) for m in METRICS) + " |")
            print(rows[-1], file=sys.stderr, flush=True)
    text = "\n".join(rows) + "\n"
    (args.output / "table.md").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
