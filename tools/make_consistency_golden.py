#!/usr/bin/env python3
"""Records what tools/consistency_reference.py says of four small clips, for the tests of flowreel's own metrics.

    tools/make_consistency_golden.py [--out tests/data/golden/consistency]
    tools/make_consistency_golden.py --footage FOLDER    of real clips instead: those that fetch_footage.py fetched

The clips are given by formulas in integers, which tests/pipeline/consistency/golden_values_test.cpp repeats; a checksum
by frame says whether the two agree. Of real clips, which tests/tools/cli_consistency_footage_test.py measures, it is
the first frames as ffmpeg decodes them. Needs the packages of PINNED, in those versions: OpenCV is that of Debian 12,
since optical flow is the same to the digit only there.
"""

import argparse
import json
import pathlib
import sys

import cv2
import numpy as np
import skimage

import consistency_footage as footage
import consistency_reference as reference

ROOT = pathlib.Path(__file__).resolve().parent.parent
PINNED = {"opencv": "4.6.0", "numpy": "1.26.4", "scikit-image": "0.26.0"}
FOUND = {"opencv": cv2.__version__, "numpy": np.__version__, "scikit-image": skimage.__version__}
FPS = 24.0


def triangle(n, period):
    """0, 1, …, period / 2, …, 1, 0, …"""
    rest = n % period
    return np.minimum(rest, period - rest)


def texture(u, v):
    """[H,W,3] of coordinates that are not negative, in half pixels; 40..195."""
    a, b, c = triangle(3 * u + v, 148), triangle(u + 4 * v, 212), triangle(2 * u + 3 * (2000 - v), 116)
    return np.stack([45 + a + b // 2 + c // 2, 50 + a // 2 + b // 2 + c, 40 + a // 2 + b], axis=-1)


def grid(width, height):
    return np.meshgrid(np.arange(width), np.arange(height))


def pan(t):
    """1.5 pixels per frame to the right, half a pixel down."""
    x, y = grid(96, 64)
    return texture(2 * x + 3 * t, 2 * y + t)


def layers(t):
    """A square before a slower ground; every other frame brighter, and noise."""
    x, y = grid(96, 64)
    left, top = 10 + 3 * t, 14 + t
    square = ((x >= left) & (x < left + 30) & (y >= top) & (y < top + 26))[..., None]
    front = 235 - texture(2 * (x - left + 50), 2 * (y - top + 40))
    noise = (x * x * 7 + y * y * 13 + x * y * 3 + t * (x + 2 * y + 5 * t)) % 7 - 3
    return np.where(square, front, texture(2 * x + t, 2 * y)) + 6 * (t % 2) + noise[..., None]


def scenes(t):
    """Two scenes, the second from frame 8; frames 4 and 7 repeat the ones before; the first frame is darker."""
    shown = t - (t in (4, 7))
    x, y = grid(96, 64)
    if t >= 8:
        return 255 - texture(2 * x + 4 * shown + 300, 2 * y + 111)[..., ::-1]
    return texture(2 * x + 2 * shown, 2 * y + 2 * shown) - 30 * (t == 0)


def large(t):
    """Larger than motion is measured at: 405x372 is brought down to 392x360."""
    x, y = grid(405, 372)
    return texture(x + 3 * t, y + 2 * t)


CLIPS = {"pan": (pan, 12), "layers": (layers, 12), "scenes": (scenes, 12), "large": (large, 4)}
PAIRS = {"pan_layers": ("pan", "layers")}


def frames_of(name):
    make, length = CLIPS[name]
    frames = np.stack([make(t) for t in range(length)])
    if frames.min() < 0 or frames.max() > 255:
        raise SystemExit(f"clip {name}: values {frames.min()}..{frames.max()}; expected 0..255")
    return frames.astype(np.uint8)


def checksum(frame):
    """Of the bytes in the order of rows, columns, channels: each times its place modulo 251, plus 1."""
    values = frame.reshape(-1).astype(np.int64)
    return int(np.sum(values * (np.arange(values.size) % 251 + 1)))


def write(path, about, found):
    """Floating-point numbers in full, one metric to a line."""
    lines = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in found.items()]
    path.write_text(json.dumps(about)[:-1] + ',\n"metrics": {\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8")


def small_clips(out):
    frames = {name: frames_of(name) for name in CLIPS}
    for name, clip in frames.items():
        about = {"versions": FOUND, "fps": FPS, "checksums": [checksum(frame) for frame in clip]}
        write(out / f"{name}.json", about, reference.measure(reference.Clip(clip, FPS)))
    for name, (one, other) in PAIRS.items():
        about = {"versions": FOUND, "fps": FPS, "clips": [one, other]}
        found = reference.compare(*(reference.Clip(frames[clip], FPS) for clip in (one, other)))
        write(out / f"{name}.json", about, found)


def real_clips(folder, out):
    clips, found = {}, {}
    for name in footage.CLIPS:
        seen = footage.read_footage(folder / f"{name}.mp4")
        frames = np.frombuffer(seen.pixels, np.uint8).reshape(-1, seen.height, seen.width, 3)
        clips[name] = reference.Clip(frames, seen.fps)
        found[name] = {"sha256": seen.sha256(), "metrics": values(reference.measure(clips[name]))}
    found[footage.PAIR[0]]["pair_metrics"] = values(reference.compare(*(clips[name] for name in footage.PAIR)))
    text = json.dumps({"versions": FOUND, "clips": found}, indent=1)
    (out / "footage.json").write_text(text + "\n", encoding="utf-8")


def values(found):
    return {name: metric["value"] for name, metric in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "tests/data/golden/consistency")
    parser.add_argument("--footage", type=pathlib.Path, metavar="FOLDER")
    args = parser.parse_args()
    for name, version in PINNED.items():
        if FOUND[name] != version:
            print(f"warning: {name} {FOUND[name]} instead of {version}: other numbers are to be expected",
                  file=sys.stderr)
    reference.make_deterministic()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.footage:
        real_clips(args.footage, args.out)
    else:
        small_clips(args.out)


if __name__ == "__main__":
    main()
