#!/usr/bin/env python3
"""Frame-consistency metrics in numpy, OpenCV and scikit-image, to compare those of flowreel with.

    tools/consistency_reference.py CLIP [--metrics NAME,NAME] [--fps 24] [-o FILE]
    tools/consistency_reference.py CLIP --against REFERENCE    the metrics of two clips, frame by frame

CLIP: a folder of PNG frames, or a .npy file of uint8 [T,H,W,3] RGB. The result is JSON,
{metric: {"value": number or null, "per_frame": [...]}}: null where there is none; the value of a pair of frames stands
at the later one, that of a triple at the middle one.

Written from the definitions alone, and slow: all frames are in memory. Needs the packages numpy, scikit-image and
opencv-python-headless; metrics of motion are the same to the digit only with the OpenCV that flowreel is linked to.

Notation: f_t frame, Y_t its luma 0.299 R + 0.587 G + 0.114 B, W(f_b, F) the frame b carried onto a by the flow F from
a to b. Flow is taken of frames whose shorter side is brought down to 360 pixels. Where pairs are not to cross a scene
cut, those that do are left out.
"""

import argparse
import json
import sys

import cv2
import numpy as np
import scipy.stats
import skimage.color
import skimage.metrics

import consistency_clips
from consistency_clips import LUMA, NAN, Clip

SAME_LEVELS = 0.255  # mean absolute difference up to which two frames count as one
PSNR_CAP = 100.0
XYZ = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])


def make_deterministic():
    cv2.setNumThreads(1)
    cv2.ipp.setUseIPP(False)  # other builds of OpenCV do not have it


def result(values, length, weights=None):
    """The mean of {frame: value}, counted by {frame: weight}, and all of them by frame."""
    known = [t for t, value in values.items() if not np.isnan(value)]
    per_frame = [None] * length
    for t in known:
        per_frame[t] = float(values[t])
    if not known:
        return {"value": None, "per_frame": per_frame}
    mean = np.average([values[t] for t in known], weights=weights and [weights[t] for t in known])
    return {"value": float(mean), "per_frame": per_frame}


def number(value):
    return {"value": None if value is None or np.isnan(value) else float(value), "per_frame": []}


# Differences of frames.


def temporal_flickering(clip):
    """As VBench: float32, no cuts."""
    values = {}
    for t in range(1, clip.length):
        a, b = (np.array(clip.frames[s][..., ::-1], dtype=np.float32) for s in (t - 1, t))
        values[t] = np.mean(cv2.absdiff(a, b))
    if not values:
        return number(None)
    mean = np.mean(np.array(list(values.values()))).item()
    return {"value": (255.0 - mean) / 255.0,
            "per_frame": [None] + [(255.0 - float(values[t])) / 255.0 for t in range(1, clip.length)]}


def adjacent_psnr(clip):
    return result({t: psnr(clip.frames[t - 1], clip.frames[t]) for t in clip.pairs()}, clip.length)


def adjacent_ssim(clip):
    return result({t: ssim(clip.luma(t - 1), clip.luma(t)) for t in clip.pairs()}, clip.length)


def psnr(a, b):
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return PSNR_CAP if error == 0 else min(PSNR_CAP, 10 * np.log10(255.0**2 / error))


def ssim(a, b):
    """Wang et al. 2004: Gaussian window 11x11 of sigma 1.5, where it fits."""
    _, full = skimage.metrics.structural_similarity(a, b, gaussian_weights=True, sigma=1.5, full=True,
                                                    use_sample_covariance=False, data_range=255)
    return float(np.mean(full[5:-5, 5:-5]))


def still_pairs(clip):
    return {t: clip.difference(t) <= SAME_LEVELS for t in clip.pairs()}


def still_runs(clip):
    """Lists of the later frames of still pairs that follow each other."""
    runs = []
    for t, is_still in still_pairs(clip).items():
        if is_still and runs and runs[-1][-1] == t - 1:
            runs[-1].append(t)
        elif is_still:
            runs.append([t])
    return runs


def still_ratio(clip):
    return result({t: float(is_still) for t, is_still in still_pairs(clip).items()}, clip.length)


def duplicate_ratio(clip):
    """Pairs of runs no longer than 0.25 s, beside a pair that is not still; in a clip without such a pair, all."""
    pairs = still_pairs(clip)
    found = set()
    for run in still_runs(clip):
        moves_on = False in (pairs.get(run[0] - 1), pairs.get(run[-1] + 1))
        if all(pairs.values()) or (moves_on and len(run) <= max(1, int(0.25 * clip.fps))):
            found.update(run)
    return result({t: float(t in found) for t in pairs}, clip.length)


def longest_freeze_s(clip):
    if not clip.pairs():
        return number(None)
    return number(max(map(len, still_runs(clip)), default=0) / clip.fps)


def first_frame_jump(clip):
    """The first pair may cross a cut."""
    if clip.length < 6:
        return number(None)
    usual = np.median([clip.difference(t) for t in range(2, 6) if t not in clip.cuts()] or [0])
    return number(clip.difference(1) / usual if usual > 0 else None)


def first_frame_ssim(clip):
    """Of the first scene, at the working size."""
    end = min(clip.cuts(), default=clip.length)
    return result({t: small_ssim(clip, 0, t) for t in range(1, end)}, clip.length)


def drift_curve(clip):
    """The slope over log2(dt) of the mean SSIM of frames k dt and (k + 1) dt of one scene, dt = 1, 2, 4, …"""
    octaves, means = [], []
    for octave in range(clip.length.bit_length()):
        dt = 2**octave
        starts = [a for a in range(0, clip.length - dt, dt) if not any(a < cut <= a + dt for cut in clip.cuts())]
        if starts:
            octaves.append(octave)
            means.append(np.mean([small_ssim(clip, a, a + dt) for a in starts]))
    return number(np.polyfit(octaves, means, 1)[0] if len(octaves) > 1 else None)


def small_ssim(clip, a, b):
    return ssim(clip.small(a) @ LUMA, clip.small(b) @ LUMA)


# Brightness and detail.


def second_differences(values, triples):
    return {t: abs(values[t] - (values[t - 1] + values[t + 1]) / 2) for t in triples}


def brightness_flicker(clip):
    luma = [np.mean(clip.luma(t)) for t in range(clip.length)]
    return result(second_differences(luma, clip.triples()), clip.length)


def largest(metric):
    def largest_of(clip):
        return number(max((v for v in metric(clip)["per_frame"] if v is not None), default=None))

    return largest_of


def mean_lab(clip, t):
    """Of CIE L*a*b*, white being that of sRGB (D65); the formulas themselves, which OpenCV has only approximately."""
    values = clip.small(t) / 255.0
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    xyz = linear @ XYZ.T / XYZ.sum(axis=1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    lab = np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)
    return lab.mean(axis=(0, 1))


def colour_flicker_a(clip):
    return lab_flicker(clip, 1)


def colour_flicker_b(clip):
    return lab_flicker(clip, 2)


def lab_flicker(clip, channel):
    values = [mean_lab(clip, t)[channel] for t in range(clip.length)]
    return result(second_differences(values, clip.triples()), clip.length)


def si(clip):
    """ITU-T P.910: deviation of the length of the Sobel gradient of the luma, without the outermost pixels."""
    values = {}
    for t in range(clip.length):
        gradient = [cv2.Sobel(clip.luma(t), cv2.CV_64F, *order, ksize=3) for order in ((1, 0), (0, 1))]
        values[t] = np.std(np.hypot(*gradient)[1:-1, 1:-1])
    return result(values, clip.length)


def ti(clip):
    """ITU-T P.910: deviation of the change of the luma."""
    return result({t: np.std(clip.luma(t) - clip.luma(t - 1)) for t in clip.pairs()}, clip.length)


# Slow change.


def ends(clip):
    """Mean L*a*b* of the first and of the last tenth of the frames."""
    colours = [mean_lab(clip, t) for t in range(clip.length)]
    tenth = max(1, clip.length // 10)
    return np.mean(colours[:tenth], axis=0), np.mean(colours[-tenth:], axis=0)


def color_drift(clip):
    return number(np.linalg.norm(np.subtract(*ends(clip))) if clip.length > 1 else None)


def color_drift_2000(clip):
    return number(skimage.color.deltaE_ciede2000(*ends(clip)) if clip.length > 1 else None)


def color_drift_slope(clip):
    start = ends(clip)[0]
    return slope(clip, lambda t: np.linalg.norm(mean_lab(clip, t) - start))


def slope(clip, of_frame):
    """Theil and Sen's, per second."""
    if clip.length < 3:
        return number(None)
    values = [float(of_frame(t)) for t in range(clip.length)]
    per_second = scipy.stats.theilslopes(values, np.arange(clip.length) / clip.fps)[0]
    return {"value": float(per_second), "per_frame": values}


def luma_drift(clip):
    return slope(clip, lambda t: np.mean(clip.luma(t)))


def contrast_drift(clip):
    return slope(clip, lambda t: np.std(clip.luma(t)))


def sharpness_drift(clip):
    return slope(clip, lambda t: np.var(cv2.Laplacian(clip.luma(t), cv2.CV_64F)))


def noise(clip, t):
    """Immerkaer 1996 in tiles of 16x16, and the median of them."""
    luma = clip.luma(t)
    rows = luma[:-2] - 2 * luma[1:-1] + luma[2:]
    response = np.abs(rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:])
    return np.sqrt(np.pi / 2) / 6 * np.median([tile.mean() for tile in in_tiles(response, 16)])


def noise_sigma(clip):
    return result({t: noise(clip, t) for t in range(clip.length)}, clip.length)


def noise_drift(clip):
    return slope(clip, lambda t: noise(clip, t))


def scene_cuts(clip):
    values = clip.content_values()
    per_frame = [None if np.isnan(v) else v for v in values]
    return {"value": float(len(clip.cuts())) if clip.length > 1 else None, "per_frame": per_frame}


# Motion.


def speeds(clip, a, b):
    return np.linalg.norm(clip.flow(a, b).astype(np.float64), axis=-1)


def motion_degree(clip):
    """Mean |flow| in diagonals per second."""
    unit = clip.fps / np.hypot(*clip.size)
    return result({t: np.mean(speeds(clip, t - 1, t)) * unit for t in clip.pairs()}, clip.length)


def motion_degree_p95(clip):
    """The mean over pairs of the 95th percentile of |flow| in each."""
    unit = clip.fps / np.hypot(*clip.size)
    values = {t: np.percentile(speeds(clip, t - 1, t), 95) * unit for t in clip.pairs()}
    return result(values, clip.length)


def fastest(clip, a, b, share, limit):
    """The mean of the largest share of |flow|, in units of a limit given for a shorter side of 256 pixels."""
    lengths = np.sort(speeds(clip, a, b), axis=None)[::-1]
    return float(np.mean(lengths[: max(1, int(lengths.size * share))])) / (limit * min(clip.size) / 256)


def dynamic_degree_dis(clip):
    """VBench's rule: 1 when enough pairs of frames, 8 in a second, move fast enough."""
    scores, needed = dynamic_scores(clip)
    return number(sum(score > 1 for score in scores.values()) >= needed if scores else None)


def dynamic_degree_dis_score(clip):
    return result(dynamic_scores(clip)[0], clip.length)


def dynamic_scores(clip):
    """Speeds in units of the limit, by the later frame, and how many are to be above 1; empty where that is 0."""
    step = max(1, round(clip.fps / 8))
    seen = range(0, clip.length, step)
    needed = round(4 * len(seen) / 16)
    starts = [t for t in seen if t + step in seen and not any(t < cut <= t + step for cut in clip.cuts())]
    return {t + step: fastest(clip, t, t + step, 0.05, 6.0) for t in starts if needed > 0}, needed


def static_filter_dis(clip):
    """VBench's rule: 1 when the clip stands still; from the first to the last frame only where there is no cut."""
    allowed, last = round(2 * clip.length / 16), clip.length - 1
    if allowed == 0:
        return number(None)
    found = result({t: fastest(clip, t - 1, t, 0.02, 3.0) for t in clip.pairs()}, clip.length)
    far = [] if clip.cuts() else [fastest(clip, 0, last, 0.02, 3.0), fastest(clip, last, 0, 0.02, 3.0)]
    moving = sum(score > 1 for score in found["per_frame"] if score is not None)
    found["value"] = float(moving <= allowed and not any(score > 2 * allowed for score in far))
    return found


def flicker_mc(clip):
    """|f_t - (W(f_{t-1}) + W(f_{t+1})) / 2| where both are to be trusted; each pixel counts the same."""
    off, masks = moving_residuals(clip)
    values = {t: masked_mean(off[t], masks[t]) for t in off}
    return result(values, clip.length, {t: int(masks[t].sum()) for t in off})


def flicker_mc_p95(clip):
    """95th percentile over the tiles of 8x8 pixels trusted in half of them or more; each tile counts the same."""
    off, masks = moving_residuals(clip)
    values, weights = {}, {}
    for t in off:
        tiles = [masked_mean(values_of, mask) for values_of, mask in zip(in_tiles(off[t], 8), in_tiles(masks[t], 8))
                 if mask.sum() >= 32]
        values[t], weights[t] = (np.percentile(tiles, 95) if tiles else NAN), len(tiles)
    return result(values, clip.length, weights)


def moving_residuals(clip):
    """By frame: what its neighbours, carried along, do not explain, [H,W,3] levels; and where to trust that, [H,W]."""
    off, masks = {}, {}
    for t in clip.triples():
        masks[t] = clip.visible(t, t - 1) & clip.visible(t, t + 1)
        both = clip.carried(t, t - 1).astype(np.float64) + clip.carried(t, t + 1)
        off[t] = np.abs(clip.small(t) - both / 2)
    return off, masks


def in_tiles(image, side):
    return [image[y : y + side, x : x + side] for y in range(0, image.shape[0] - side + 1, side)
            for x in range(0, image.shape[1] - side + 1, side)]


def masked_mean(values, mask):
    return float(np.mean(values[mask])) if mask.any() else NAN


def warp_errors(clip, carried):
    """Σ M (W(f_{t+1}) - f_t)² / Σ M by the later frame of each pair, RGB in 0..1; without W unless `carried`."""
    errors = {}
    for t in clip.pairs():
        other = clip.carried(t - 1, t) if carried else clip.small(t)
        off = (other.astype(np.float64) - clip.small(t - 1)) / 255
        errors[t] = masked_mean(off**2, clip.visible(t - 1, t))
    return errors


def warping_error(clip):
    return result(warp_errors(clip, True), clip.length)


def warping_ratio(clip):
    left, change = warp_errors(clip, True), warp_errors(clip, False)
    top, bottom = result(left, clip.length)["value"], result(change, clip.length)["value"]
    if bottom is None or bottom < 1e-6:
        return number(None)
    by_pair = {t: left[t] / change[t] for t in left if change[t] >= 1e-6}
    return {"value": top / bottom, "per_frame": result(by_pair, clip.length)["per_frame"]}


# Two clips of one length: how far one is from the other.


def pair_psnr(clip, other):
    """Of the mean squared error of all frames."""
    found = result({t: psnr(clip.frames[t], other.frames[t]) for t in range(clip.length)}, clip.length)
    return found | {"value": psnr(clip.frames, other.frames)}


def pair_ssim(clip, other):
    return result({t: ssim(clip.luma(t), other.luma(t)) for t in range(clip.length)}, clip.length)


def farneback(clip, t):
    """Flow from frame t - 1 to t with TecoGAN's parameters, and of it the middle part that they keep."""
    grey = [cv2.cvtColor(clip.frames[s], cv2.COLOR_RGB2GRAY) for s in (t - 1, t)]
    flow = cv2.calcOpticalFlowFarneback(*grey, None, 0.5, 3, 15, 3, 5, 1.2, 0)
    (top, height), (left, width) = map(middle, flow.shape[:2])
    return flow[top : top + height, left : left + width].astype(np.float64)


def middle(side):
    """Start and length: a multiple of 32 that leaves at least 16 pixels off; all of sides that are too short."""
    kept = (side - 16) // 32 * 32
    return ((side - kept) // 2, kept) if kept > 0 else (0, side)


def tof(clip, other):
    """Mean length of the difference of the flows, without the first and last two frames of longer clips."""
    pairs = range(3, clip.length - 2) if clip.length >= 6 else range(1, clip.length)
    values = {t: np.mean(np.linalg.norm(farneback(clip, t) - farneback(other, t), axis=-1)) for t in pairs}
    return result(values, clip.length)


def temporal_profile_mae(clip, other):
    """Mean absolute difference of the middle row and the middle column of all frames in levels."""
    off = np.abs(clip.frames.astype(np.int16) - other.frames)
    lines = np.concatenate([off[:, off.shape[1] // 2], off[:, :, off.shape[2] // 2]], axis=1)
    return result(dict(enumerate(lines.mean(axis=(1, 2)))), clip.length)


def first_divergence_frame(clip, other):
    differs = (clip.frames != other.frames).any(axis=(1, 2, 3))
    return number(np.argmax(differs) if differs.any() else None)


METRICS = {function.__name__: function for function in (
    temporal_flickering, brightness_flicker, colour_flicker_a, colour_flicker_b, flicker_mc, flicker_mc_p95,
    warping_error, warping_ratio, motion_degree, motion_degree_p95, dynamic_degree_dis, dynamic_degree_dis_score,
    static_filter_dis, still_ratio, duplicate_ratio, longest_freeze_s, adjacent_ssim, adjacent_psnr, first_frame_ssim,
    drift_curve, first_frame_jump, color_drift, color_drift_2000, color_drift_slope, luma_drift, contrast_drift,
    sharpness_drift, noise_sigma, noise_drift, si, ti, scene_cuts)}
METRICS |= {"brightness_flicker_max": largest(brightness_flicker), "si_max": largest(si), "ti_max": largest(ti)}
PAIR_METRICS = {"psnr": pair_psnr, "ssim": pair_ssim, "tof": tof, "temporal_profile_mae": temporal_profile_mae,
                "first_divergence_frame": first_divergence_frame}


def measure(clip, names=None):
    return {name: METRICS[name](clip) for name in names or METRICS}


def compare(clip, other, names=None):
    if clip.frames.shape != other.frames.shape:
        raise SystemExit(f"clips of shape {clip.frames.shape} and {other.frames.shape}; expected one shape")
    return {name: PAIR_METRICS[name](clip, other) for name in names or PAIR_METRICS}


def chosen(text, known):
    names = text.split(",") if text else None
    for name in names or []:
        if name not in known:
            raise SystemExit(f"--metrics {name}: expected one of {', '.join(known)}")
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", metavar="CLIP")
    parser.add_argument("--against", metavar="REFERENCE", help="another clip, of the same size and length")
    parser.add_argument("--metrics", metavar="NAMES", help="only these, separated by commas")
    parser.add_argument("--fps", type=float, default=24.0)
    parser.add_argument("-o", "--output", metavar="FILE")
    args = parser.parse_args()
    if not args.fps > 0:
        raise SystemExit(f"--fps {args.fps}: expected more than 0")
    make_deterministic()
    names = chosen(args.metrics, PAIR_METRICS if args.against else METRICS)
    clip = Clip(consistency_clips.read_clip(args.clip), args.fps)
    if args.against:
        found = compare(clip, Clip(consistency_clips.read_clip(args.against), args.fps), names)
    else:
        found = measure(clip, names)
    text = json.dumps(found, indent=1) + "\n"
    if args.output:
        with open(args.output, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
