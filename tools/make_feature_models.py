#!/usr/bin/env python3
"""Makes little TorchScript archives for the tests of metrics that need a network, and what those metrics are by them.

    tools/make_feature_models.py [--out tests/data/features]

Run it from the root of the repository, with torch 2.13 on a CPU. The networks know nothing: they are small enough to
keep, of any size of frame, and different enough for every frame to matter. The values are computed here from the
definitions (docs/consistency.md), with torch and nothing of flowreel; the clip is given by a formula in integers that
tests/pipeline/consistency/features/golden_test.cpp repeats, and a checksum by frame says whether the two agree.
"""

import argparse
import hashlib
import io
import json
import pathlib
import zipfile

import torch
import torch.nn.functional as F

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDTH, HEIGHT, FRAMES, FPS = 90, 62, 10, 16.0
IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
CLIP = {"mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711]}
INPUTS = {
    "dino": {"size": 224, "resize": "bilinear", "crop": "none", **IMAGENET},
    "clip": {"size": 224, "resize": "bicubic", "crop": "centre", **CLIP},
    "dino_crop": {"size": 98, "resize": "bilinear", "crop": "centre", **IMAGENET},
}


class Embedding(torch.nn.Module):
    """A patch embedding without bias, bent, and its mean and its largest value over the picture."""

    def __init__(self, features: int, patch: int, seed: int):
        super().__init__()
        weights = torch.randn(features, 3, patch, patch, generator=torch.Generator().manual_seed(seed))
        self.weights = torch.nn.Parameter(weights / patch)
        self.patch = patch

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = torch.tanh(F.conv2d(image, self.weights, stride=self.patch))
        return torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)


class Flow(torch.nn.Module):
    """The step (x, y) or its opposite, whichever carries one frame closer to the other; half of it in the left third,
    and none where the frames are equal."""

    def __init__(self, x: int, y: int):
        super().__init__()
        self.x = x
        self.y = y

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        x, y = self.x, self.y
        along = (b[:, :, y:, x:] - a[:, :, : a.size(2) - y, : a.size(3) - x]).abs().mean()
        back = (a[:, :, y:, x:] - b[:, :, : a.size(2) - y, : a.size(3) - x]).abs().mean()
        sign = torch.sign(back - along)
        speed = torch.ones(1, 1, a.size(2), a.size(3))
        speed[:, :, :, : a.size(3) // 3] = 0.5
        return torch.cat([speed * sign * x, speed * sign * y], dim=1)


class Distance(torch.nn.Module):
    """Mean of |a - b| by channel, weighed."""

    def __init__(self):
        super().__init__()
        self.weights = torch.nn.Parameter(torch.tensor([0.5, 0.3, 0.2]).view(1, 3, 1, 1))

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return ((a - b).abs().mean(dim=(2, 3), keepdim=True) * self.weights).sum(dim=1, keepdim=True)


class Fails(torch.nn.Module):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        assert image.size(0) == 7, "seven frames or none"
        return image


class Pair(torch.nn.Module):
    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return image, image


def networks():
    return {
        "dino": Embedding(4, 14, seed=1),
        "clip": Embedding(4, 16, seed=2),
        "raft": Flow(2, 1),
        "lpips": Distance(),
        "fails": Fails(),
        "pair": Pair(),
    }


def archive(module):
    """A TorchScript archive without its debug records, which name files of this machine; the same bytes each time."""
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module.eval()), buffer)
    kept = io.BytesIO()
    with zipfile.ZipFile(buffer) as whole, zipfile.ZipFile(kept, "w") as small:
        for entry in whole.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                small.writestr(zipfile.ZipInfo(entry.filename), whole.read(entry))
    return kept.getvalue()


def triangle(n, period):
    rest = n % period
    return torch.minimum(rest, period - rest)


def clip():
    """[T,3,H,W] in 0..255: a texture that moves by (-2, -1) a frame, every other one brighter, with noise."""
    y, x, c = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), torch.arange(3), indexing="ij")
    frames = []
    for t in range(FRAMES):
        u, v = x + 2 * t, y + t
        noise = (x * x * 7 + y * y * 13 + x * y * 3 + t * (x + 2 * y + 5 * t) + c) % 7
        frames.append(50 + triangle(3 * u + v + 40 * c, 148) + triangle(u + 4 * v, 106) + noise + 6 * (t % 2))
    return torch.stack(frames).permute(0, 3, 1, 2).contiguous()


def checksum(frame):
    """Of the bytes in the order of rows, columns, channels: each times its place modulo 251, plus 1."""
    values = frame.permute(1, 2, 0).reshape(-1).long()
    return int((values * (torch.arange(len(values)) % 251 + 1)).sum())


def prepared(frame, form):
    """As torchvision's Resize (antialias off) and CenterCrop of a float image, and Normalize."""
    height, width = frame.shape[1:]
    short, long = min(height, width), max(height, width)
    longer = int(form["size"] * long / short)
    size = (longer, form["size"]) if width <= height else (form["size"], longer)
    image = F.interpolate(frame.float()[None], size, mode=form["resize"], align_corners=False)
    if form["crop"] == "centre":
        top, left = (int(round((side - form["size"]) / 2.0)) for side in size)
        image = image[:, :, top : top + form["size"], left : left + form["size"]]
    mean, deviation = (torch.tensor(form[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    return (image / 255 - mean) / deviation


def likeness(a, b):
    return F.cosine_similarity(a, b).item()


def consistency(features):
    """VBench's, of the features of all frames."""
    pairs = zip(features[:-1], features[1:])
    return [(max(0.0, likeness(a, b)) + max(0.0, likeness(features[0], b))) / 2 for a, b in pairs]


def drift(features):
    """Slope over the octave of the mean likeness of frames k dt and (k + 1) dt."""
    points = []
    for octave in range(20):
        places = range(0, len(features), 2**octave)
        found = [likeness(features[i], features[j]) for i, j in zip(places[:-1], places[1:])]
        if found:
            points.append((float(octave), sum(found) / len(found)))
    x, y = (torch.tensor(values, dtype=torch.float64) for values in zip(*points))
    off = x - x.mean()
    return float((off * (y - y.mean())).sum() / (off * off).sum())


def mean(values):
    return sum(values) / len(values)


def padded(frame):
    height, width = frame.shape[1:]
    across, down = -width % 8, -height % 8
    return F.pad(frame.float()[None], [across // 2, across - across // 2, down // 2, down - down // 2], "replicate")


def dynamic(frames, network):
    """VBench's rule, with the scores by their threshold."""
    step = max(1, round(FPS / 8))
    seen = [padded(frame) for frame in frames[::step]]
    limit = 6.0 * min(HEIGHT, WIDTH) / 256
    ratios = []
    for a, b in zip(seen[:-1], seen[1:]):
        lengths = network(a, b)[0].square().sum(dim=0).sqrt().flatten().sort(descending=True).values
        ratios.append(lengths[: int(len(lengths) * 0.05)].mean().item() / limit)
    return float(sum(r > 1 for r in ratios) >= round(4 * len(seen) / 16)), ratios


def warped(image, flow):
    """[C,H,W] sampled at p + flow(p) bilinearly, with the edge beyond it."""
    height, width = image.shape[1:]
    y, x = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing="ij")
    to = torch.stack([2 * (x + flow[0]) / (width - 1) - 1, 2 * (y + flow[1]) / (height - 1) - 1], dim=-1)
    return F.grid_sample(image[None], to[None], padding_mode="border", align_corners=True)[0]


def visible(forward, backward):
    """Lai's mask, and inside the frame."""
    height, width = forward.shape[1:]
    back = warped(backward, forward)
    length = forward.square().sum(dim=0)
    hidden = (forward + back).square().sum(dim=0) > 0.01 * (length + back.square().sum(dim=0)) + 0.5
    gradient = F.pad(forward.diff(dim=2), [0, 1]).square() + F.pad(forward.diff(dim=1), [0, 0, 0, 1]).square()
    edge = gradient.sum(dim=0) > 0.01 * length + 0.002
    y, x = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing="ij")
    x, y = x + forward[0], y + forward[1]
    return ~hidden & ~edge & (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)


def warping_error(frames, network):
    def flow(a, b):
        top, left = -HEIGHT % 8 // 2, -WIDTH % 8 // 2
        return network(padded(a), padded(b))[0, :, top : top + HEIGHT, left : left + WIDTH]

    errors = []
    for before, now in zip(frames[:-1], frames[1:]):
        onward = flow(before, now)
        mask = visible(onward, flow(now, before))
        square = ((warped(now.float(), onward) - before) / 255).double().square()
        errors.append(float((square * mask).sum() / (3 * mask.sum())))
    return errors


def lpips(frames, network):
    units = [frame.float()[None] / 127.5 - 1 for frame in frames]
    return [network(a, b).item() for a, b in zip(units[:-1], units[1:])]


def values(frames, nets):
    features = {name: [nets[name.split("_")[0]](prepared(frame, form)) for frame in frames]
                for name, form in INPUTS.items()}
    moves, ratios = dynamic(frames, nets["raft"])
    dino, cropped, image = features["dino"], features["dino_crop"], features["clip"]
    lists = {
        "subject_consistency": consistency(dino),
        "subject_consistency_crop224": consistency(cropped),
        "background_consistency": consistency(image),
        "clip_temp": [likeness(a, b) for a, b in zip(image[:-1], image[1:])],
        "warping_error_raft": warping_error(frames, nets["raft"]),
        "lpips_adjacent": lpips(frames, nets["lpips"]),
    }
    found = {name: {"value": mean(pairs), "pairs": pairs} for name, pairs in lists.items()}
    found["dynamic_degree"] = {"value": moves, "pairs": ratios}
    found["drift_curve_dino"] = {"value": drift(dino), "pairs": [likeness(dino[0], d) for d in dino[1:]]}
    found["drift_curve_clip"] = {"value": drift(image), "pairs": [likeness(image[0], c) for c in image[1:]]}
    return found


def entry(out, name, form=None):
    digest = hashlib.sha256((out / f"{name}.pt").read_bytes()).hexdigest()
    found = {"file": f"{name}.pt", "sha256": digest, "torch": torch.__version__.split("+")[0]}
    return found | ({"input": INPUTS[form]} if form else {})


def write(path, document):
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "tests/data/features")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    nets, frames = networks(), clip()
    assert 0 <= int(frames.min()) and int(frames.max()) <= 255
    for name, network in nets.items():
        (out / f"{name}.pt").write_bytes(archive(network))
    pictures = {"dino": entry(out, "dino", "dino"), "clip": entry(out, "clip", "clip")}
    write(out / "features.json", {"models": pictures | {"raft": entry(out, "raft"), "lpips": entry(out, "lpips")}})
    write(out / "features-crop.json", {"models": {"dino": entry(out, "dino", "dino_crop")}})
    write(out / "features-broken.json", {"models": {"dino": entry(out, "fails", "dino"),
                                                    "clip": entry(out, "pair", "clip")}})
    with torch.inference_mode():
        found = values(frames, nets)
    about = {"torch": torch.__version__, "fps": FPS, "checksums": [checksum(frame) for frame in frames]}
    write(out / "golden.json", about | {"metrics": found})


if __name__ == "__main__":
    main()
