"""Clips, [T,H,W,3] uint8 in RGB, as the tools of frame consistency share them, and the motion in them."""

import functools
import pathlib

import cv2
import numpy as np

SHORT_SIDE = 360
LUMA = np.array([0.299, 0.587, 0.114])
NAN = float("nan")


def read_clip(path):
    """The frames in `path`: a .npy file of [T,H,W,3] uint8, or a folder whose PNG files are frames in name order."""
    path = pathlib.Path(path)
    if path.is_dir():
        return read_folder(path)
    if path.suffix != ".npy":
        raise SystemExit(f"{path}: expected a folder of PNG files or a .npy file")
    if not path.exists():
        raise SystemExit(f"{path}: there is no such file")
    frames = np.load(path, allow_pickle=False)
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3:
        raise SystemExit(f"{path}: {frames.dtype} of shape {frames.shape}; expected uint8 [T,H,W,3]")
    return frames


def read_folder(folder):
    names = sorted(folder.glob("*.png"))
    if not names:
        raise SystemExit(f"{folder}: there is no PNG file in it")
    frames = []
    for name in names:
        bgr = cv2.imread(str(name), cv2.IMREAD_COLOR)
        if bgr is None:
            raise SystemExit(f"{name}: not a readable picture")
        if frames and bgr.shape != frames[0].shape:
            raise SystemExit(f"{name}: shape {bgr.shape}, the frames before it {frames[0].shape}; expected one size")
        frames.append(np.ascontiguousarray(bgr[..., ::-1]))
    return np.stack(frames)


def write_folder(folder, frames):
    """One PNG file for each of the frames, [T,H,W,3] uint8; the folder is made, and must not hold pictures yet."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("*.png")):
        raise SystemExit(f"{folder}: there are pictures in it already; expected a new or empty folder")
    for index, frame in enumerate(frames):
        name = folder / f"{index:05}.png"
        if not cv2.imwrite(str(name), np.ascontiguousarray(frame[..., ::-1])):
            raise SystemExit(f"{name}: cannot be written")


class Clip:
    """A clip and what several metrics need of it, computed once."""

    def __init__(self, frames, fps=24.0):
        self.frames, self.fps, self.length = frames, fps, len(frames)
        height, width = frames.shape[1:3]
        scale = min(1.0, SHORT_SIDE / min(height, width))
        self.size = (int(np.floor(width * scale + 0.5)), int(np.floor(height * scale + 0.5)))
        self.cached = functools.lru_cache(maxsize=None)(self._compute)

    def _compute(self, what, *index):
        return getattr(self, "_" + what)(*index)

    def small(self, t):
        return self.cached("small", t)

    def _small(self, t):
        frame = self.frames[t]
        if self.size == frame.shape[1::-1]:
            return frame
        return cv2.resize(frame, self.size, interpolation=cv2.INTER_AREA)

    def luma(self, t):
        return self.frames[t].astype(np.float64) @ LUMA

    def flow(self, a, b):
        """[H,W,2] pixels: what is at p in frame a is at p + flow(p) in frame b."""
        return self.cached("flow", a, b)

    def _flow(self, a, b):
        grey = [cv2.cvtColor(self.small(t), cv2.COLOR_RGB2GRAY) for t in (a, b)]
        return cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(grey[0], grey[1], None)

    def visible(self, a, b):
        """[H,W] bool: where the flow from a to b is to be trusted."""
        return self.cached("visible", a, b)

    def _visible(self, a, b):
        return trusted(self.flow(a, b), self.flow(b, a))

    def carried(self, a, b):
        """W(f_b, F_{a→b}), float32 [H,W,3] in levels."""
        return self.cached("carried", a, b)

    def _carried(self, a, b):
        return warp(self.small(b).astype(np.float32), self.flow(a, b))

    def difference(self, t):
        """Mean absolute difference of frames t - 1 and t in levels."""
        return self.cached("difference", t)

    def _difference(self, t):
        return float(np.mean(np.abs(self.frames[t].astype(np.int16) - self.frames[t - 1].astype(np.int16))))

    def content_values(self):
        """PySceneDetect's content value by frame."""
        return [NAN] + [self.content_value(t - 1, t) for t in range(1, self.length)]

    def content_value(self, before, now):
        hsv = [cv2.cvtColor(self.small(t), cv2.COLOR_RGB2HSV).astype(np.int16) for t in (before, now)]
        return float(np.mean(np.abs(hsv[1] - hsv[0])))

    def cuts(self):
        """The first frame of each new scene."""
        return self.cached("cuts")

    def _cuts(self):
        changes = self.content_values()
        found = set()
        for t in range(1, self.length):
            around = [changes[s] for s in range(max(1, t - 2), min(self.length - 1, t + 2) + 1) if s != t]
            stands_out = changes[t] >= 27 and around and changes[t] >= 3 * np.median(around)
            if stands_out and not self._is_flash(t, changes[t]):
                levels = np.abs(self.small(t).astype(float) - self.small(t - 1)).mean()
                if levels >= 8:
                    found.add(t)
        return found

    def _is_flash(self, t, change):
        """Whether the picture of two frames ago is back at t, or that of t - 1 at t + 1."""
        return any(self.content_value(s - 2, s) < change / 2 for s in (t, t + 1) if 2 <= s < self.length)

    def pairs(self):
        """The later frame of each pair within one scene."""
        return [t for t in range(1, self.length) if t not in self.cuts()]

    def triples(self):
        """The middle frame of each triple within one scene."""
        return [t for t in range(1, self.length - 1) if not {t, t + 1} & self.cuts()]


def targets(flow):
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.stack([x + flow[..., 0], y + flow[..., 1]], axis=-1)


def warp(image, flow):
    return cv2.remap(image, targets(flow), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def squared_gradient(field):
    """Of one component, by forward differences, 0 in the last row and column."""
    total = np.zeros_like(field)
    total[:, :-1] += np.diff(field, axis=1) ** 2
    total[:-1] += np.diff(field, axis=0) ** 2
    return total


def trusted(forward, backward):
    """Lai et al. 2018, and where the target is inside the frame."""
    height, width = forward.shape[:2]
    returned = warp(backward, forward)
    length, length_back = (forward**2).sum(-1), (returned**2).sum(-1)
    hidden = ((forward + returned) ** 2).sum(-1) > 0.01 * (length + length_back) + 0.5
    edge = squared_gradient(forward[..., 0]) + squared_gradient(forward[..., 1]) > 0.01 * length + 0.002
    at = targets(forward)
    inside = (at >= 0).all(-1) & (at[..., 0] <= width - 1) & (at[..., 1] <= height - 1)
    return inside & ~hidden & ~edge
