#!/usr/bin/env python3
"""Puts known artefacts into clips, each at three strengths, to see which metrics of consistency notice which.

    tools/consistency_artefacts.py OUT                          of four synthetic clips
    tools/consistency_artefacts.py OUT --clips DIR/*            of folders of PNG frames
    tools/consistency_artefacts.py OUT --only duplicates,camera_jitter
    flowreel consistency --jobs OUT --json result.json; tools/consistency_sensitivity.py OUT/manifest.json result.json

Writes OUT/CLIP__clean and OUT/CLIP__ARTEFACT_1 … _3, folders of PNG files, and OUT/manifest.json: for each folder the
clip, the artefact, its strength (0 for clean), the seed, chunk_starts and tile_columns. Beside each folder lies a
manifest of the kind that flowreel writes, which says where chunks of eight frames and three tiles meet (in the clean
clips too, where nothing is to be seen there). The same arguments give the same pictures.

Needs numpy and OpenCV's Python.
"""

import argparse
import json
import pathlib

import cv2
import numpy as np

import consistency_clips

CHUNK = 8  # frames; the first chunk has one more, as with a causal autoencoder
SETTINGS = {"frames": 33, "width": 256, "height": 144}


class Scene:
    """What an artefact may need to know of a clip: where it is joined, another one, and a source of chance."""

    def __init__(self, frames, other, random):
        self.length, self.height, self.width = frames.shape[:3]
        self.other, self.random = other, random
        self.chunk_starts = chunk_starts(self.length)
        self.tile_columns = tile_columns(self.width)


def chunk_starts(length):
    return list(range(CHUNK + 1, length, CHUNK))


def tile_width(width):
    """A third of the picture, rounded up to multiples of 8."""
    return (width // 3 + 7) // 8 * 8


def tile_columns(width):
    return list(range(tile_width(width), width, tile_width(width)))


def ramp(length):
    """0 at the first frame, 1 at the last one; to be multiplied with frames."""
    return np.linspace(0, 1, length)[:, None, None, None]


def pattern(scene, deviation, channels=1):
    """[H,W,channels] smooth noise of mean 0 and deviation 1 over `deviation` pixels."""
    noise = scene.random.standard_normal((scene.height, scene.width, channels)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), deviation).reshape(noise.shape)
    return (smooth - smooth.mean()) / smooth.std()


def dithered(offsets, scene):
    """Offsets [T,1,1,3] as whole levels that are right on average, or all pixels would change in the same frame."""
    return np.floor(offsets + scene.random.random((1, scene.height, scene.width, 3)))


# Each takes frames [T,H,W,3] float32 in levels and returns others; strengths are in the table below.


def brightness_flicker(frames, strength, scene):
    """Every other frame is brighter by `strength` levels."""
    frames[1::2] += strength
    return frames


def texture_shimmer(frames, strength, scene):
    """Noise of 1.5 pixels, new in every frame, in the middle third of the lines of the left half."""
    mask = np.zeros((scene.height, scene.width, 1), np.float32)
    mask[scene.height // 3 : scene.height * 2 // 3, : scene.width // 2] = 1
    for frame in frames:
        frame += strength * mask * pattern(scene, 1.5)
    return frames


def chunk_seam(frames, strength, scene):
    """Every chunk has a pattern of its own, fixed to the picture, and a brightness of its own."""
    signs = scene.random.permutation([-1, 1])
    for index, start in enumerate([0, *scene.chunk_starts]):
        end = (scene.chunk_starts + [scene.length])[index]
        frames[start:end] += strength * (pattern(scene, 3) + signs[index % 2])
    return frames


def tile_seam(frames, strength, scene):
    """Every other tile is brighter or darker by `strength` levels."""
    edges = [0, *scene.tile_columns, scene.width]
    sign = scene.random.choice([-1, 1])
    for left, right in list(zip(edges, edges[1:]))[1::2]:
        frames[:, :, left:right] += strength * sign
    return frames


def color_drift(frames, strength, scene):
    """Red rises and blue falls by `strength` levels from the first frame to the last."""
    return frames + dithered(strength * ramp(len(frames)) * np.array([1, 0, -1]), scene)


def frozen(frames, strength, scene):
    """The last part stands still, `strength` of the clip."""
    last = round((len(frames) - 1) * (1 - strength))
    frames[last:] = frames[last]
    return frames


def duplicates(frames, strength, scene):
    """Every `strength`th frame repeats the one before it."""
    frames[strength::strength] = frames[strength - 1 : -1 : strength]
    return frames


def camera_jitter(frames, strength, scene):
    """Shifts of `strength` pixels (standard deviation) either way, new in every frame."""
    shifts = strength * scene.random.standard_normal((len(frames), 2))
    return np.stack([shifted(frame, shift) for frame, shift in zip(frames, shifts)])


def shifted(frame, shift):
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float64)
    return cv2.warpAffine(frame, matrix, frame.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def residual_noise(frames, strength, scene):
    return frames + strength * scene.random.standard_normal(frames.shape).astype(np.float32)


def scene_cut(frames, strength, scene):
    """`strength` cuts to another clip and back."""
    edges = np.linspace(0, len(frames), strength + 2).round().astype(int)
    for start, end in list(zip(edges, edges[1:]))[1::2]:
        frames[start:end] = scene.other[start:end]
    return frames


def first_frame(frames, strength, scene):
    """The first frame is blurred and darker by `strength` levels."""
    frames[0] = cv2.GaussianBlur(frames[0], (0, 0), 0.3 + strength / 10) - strength
    return frames


def contrast_drift(frames, strength, scene):
    """`strength` of the contrast is lost towards the end."""
    middle = frames.mean(axis=(1, 2, 3), keepdims=True)
    return middle + (frames - middle) * (1 - strength * ramp(len(frames)))


def sharpness_drift(frames, strength, scene):
    """Blur grows to a standard deviation of `strength` pixels."""
    for frame, share in zip(frames, np.linspace(0, 1, len(frames))):
        if share > 0:
            frame[:] = cv2.GaussianBlur(frame, (0, 0), max(0.05, strength * share))
    return frames


ARTEFACTS = {  # strengths: weak, clear, gross
    brightness_flicker: (1, 3, 8),
    texture_shimmer: (2, 5, 12),
    chunk_seam: (0.7, 1.5, 4),
    tile_seam: (1, 2, 5),
    color_drift: (4, 10, 24),
    frozen: (0.25, 0.5, 1),
    duplicates: (12, 6, 3),
    camera_jitter: (0.3, 1, 3),
    residual_noise: (1, 3, 8),
    scene_cut: (1, 2, 3),
    first_frame: (5, 12, 30),
    contrast_drift: (0.06, 0.15, 0.4),
    sharpness_drift: (0.5, 1, 2),
}


# Synthetic footage.


def layer(random, height, width):
    """A texture of three scales in colour, without detail finer than about three pixels; [H,W,3] float32 levels."""
    total = np.zeros((height, width, 3), np.float32)
    for deviation, share in ((1.5, 12), (4, 18), (16, 16)):
        noise = random.standard_normal((height, width, 3)).astype(np.float32)
        smooth = cv2.GaussianBlur(noise + noise.mean(axis=2, keepdims=True) * 2, (0, 0), deviation)
        total += share * (smooth - smooth.mean(axis=(0, 1))) / smooth.std()
    return total + random.uniform(90, 165, 3)


def window(texture, x, y, width, height):
    """The part of a texture whose corner is at (x, y), not necessarily whole."""
    matrix = np.array([[1, 0, x], [0, 1, y]], np.float64)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(texture, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT_101)


def disc(x, y, radius, width, height):
    """[H,W,1] in 0..1, with an edge of a pixel."""
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    return np.clip(radius + 0.5 - np.hypot(across - x, down - y), 0, 1)[..., None].astype(np.float32)


def synthetic_clip(random, length, width, height):
    """Two discs move before a ground that moves more slowly; [T,H,W,3] uint8."""
    margin = 4 * length
    ground = layer(random, height + 2 * margin, width + 2 * margin)
    ground_speed = random.uniform(0.3, 2, 2) * random.choice([-1, 1], 2)
    discs = [(layer(random, height, width), random.uniform(0.25, 0.75, 2) * (width, height),
              random.uniform(1, 3, 2) * random.choice([-1, 1], 2), height * random.uniform(0.12, 0.22)) for _ in "ab"]
    frames = np.empty((length, height, width, 3), np.float32)
    for t, frame in enumerate(frames):
        frame[:] = window(ground, *(margin + ground_speed * t), width, height)
        for texture, start, speed, radius in discs:
            place = start + speed * (t - length / 2)
            mask = disc(*place, radius, width, height)
            frame[:] = frame * (1 - mask) + window(texture, *(start - place), width, height) * mask
    return to_levels(frames)


def to_levels(frames):
    return np.clip(np.rint(frames), 0, 255).astype(np.uint8)


# Writing.


def sidecar(scene, fps):
    """What flowreel's manifest says of joins: tiles of `tile` that begin every `tile` meet there."""
    tile = [tile_width(scene.width), scene.height]
    return {"manifest_version": 1, "size": {"width": scene.width, "height": scene.height, "num_frames": scene.length,
                                            "fps": fps},
            "vae": {"tile_frames": CHUNK, "tile_frame_stride": CHUNK, "tiling": "on", "tile_px": tile,
                    "tile_stride_px": tile}}


def variants(clips, names, seed):
    """(clip, artefact, strength, its index from 1, seed, frames) of all there are; clean ones have the index 0."""
    for number, (clip, frames) in enumerate(clips.items()):
        yield clip, "clean", 0, 0, seed, frames
        other = list(clips.values())[(number + 1) % len(clips)]
        for kind, (artefact, strengths) in enumerate(ARTEFACTS.items()):
            if artefact.__name__ not in names:
                continue
            for index, strength in enumerate(strengths, 1):
                # The same chance for all strengths, so that they differ in nothing else.
                scene = Scene(frames, other, np.random.default_rng([seed, number, kind]))
                changed = artefact(frames.astype(np.float32), strength, scene)
                yield clip, artefact.__name__, strength, index, seed, to_levels(changed)


def write_all(clips, names, args):
    entries = []
    for clip, artefact, strength, index, seed, frames in variants(clips, names, args.seed):
        name = f"{clip}__clean" if index == 0 else f"{clip}__{artefact}_{index}"
        consistency_clips.write_folder(args.out / name, frames)
        scene = Scene(frames, None, None)
        (args.out / f"{name}.json").write_text(json.dumps(sidecar(scene, args.fps)) + "\n", encoding="utf-8")
        entries.append({"folder": name, "clip": clip, "artefact": artefact, "strength": strength, "level": index,
                        "seed": seed, "chunk_starts": scene.chunk_starts, "tile_columns": scene.tile_columns})
    text = json.dumps({"fps": args.fps, "clips": entries}, indent=1)
    (args.out / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return len(entries)


def footage(args):
    """{name: frames}: the folders of --clips, or synthetic ones."""
    if not args.clips:
        return {f"synthetic{i}": synthetic_clip(np.random.default_rng([args.seed, i]), args.frames, args.width,
                                                args.height) for i in range(args.count)}
    clips = {}
    for folder in args.clips:
        name = folder.resolve().name
        if name in clips:
            raise SystemExit(f"--clips {folder}: there is another folder named {name}; expected different names")
        clips[name] = consistency_clips.read_clip(folder)[: args.frames]
        if len(clips[name]) < 2 * CHUNK:
            raise SystemExit(f"--clips {folder}: {len(clips[name])} frames; expected at least {2 * CHUNK}")
    shapes = {frames.shape for frames in clips.values()}
    if len(shapes) > 1:
        raise SystemExit(f"--clips: shapes {sorted(shapes)}; expected one size and --frames {args.frames} of each")
    return clips


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, metavar="OUT")
    parser.add_argument("--clips", type=pathlib.Path, nargs="+", metavar="DIR", help="folders of PNG frames")
    parser.add_argument("--only", metavar="NAMES", help="artefacts, separated by commas")
    parser.add_argument("--count", type=int, default=4, help="of synthetic clips")
    parser.add_argument("--frames", type=int, default=SETTINGS["frames"], help="of every clip")
    parser.add_argument("--width", type=int, default=SETTINGS["width"], help="of synthetic clips")
    parser.add_argument("--height", type=int, default=SETTINGS["height"])
    parser.add_argument("--fps", type=float, default=24.0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for name, least in (("count", 2), ("frames", 2 * CHUNK), ("width", 48), ("height", 48), ("seed", 0)):
        if getattr(args, name) < least:
            parser.error(f"--{name} {getattr(args, name)}: expected at least {least}")
    if args.clips and len(args.clips) < 2:
        parser.error("--clips: expected at least two folders; a scene cut leads from one to another")
    return args


def main():
    args = parse()
    cv2.setNumThreads(1)
    known = [artefact.__name__ for artefact in ARTEFACTS]
    names = args.only.split(",") if args.only else known
    for name in names:
        if name not in known:
            raise SystemExit(f"--only {name}: expected one of {', '.join(known)}")
    args.out.mkdir(parents=True, exist_ok=True)
    if (args.out / "manifest.json").exists():
        raise SystemExit(f"{args.out}: there are clips in it already; expected a new or empty folder")
    count = write_all(footage(args), names, args)
    print(f"{args.out}: {count} clips")


if __name__ == "__main__":
    main()
