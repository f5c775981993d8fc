#!/usr/bin/env python3
"""Says which metrics of consistency notice which artefacts, from clips that tools/consistency_artefacts.py made.

    tools/consistency_sensitivity.py MANIFEST RESULT... [-o FILE]

MANIFEST: the manifest.json of those clips; RESULT: what `flowreel consistency --json` wrote of them, one file or more.
Prints two tables (Markdown): how well the detector named for each artefact does its work, and by how much every metric
moves. -o writes all of it as JSON.

    move      mean over the clips of value - value of the clean clip, in standard deviations of the clean clips' values;
              ∞ where these are all the same
    monotone  share of the clips whose values rise (or fall, as the detector should) from clean to gross
    AUC       of clips with the artefact at middle strength against clean ones: 1 tells all apart, 0.5 none

Values of clips that stand still, which the metric itself calls degenerate, are not counted.
"""

import argparse
import json
import math
import pathlib
import statistics
import sys

LEVELS = (1, 2, 3)
MIDDLE = 2
# By artefact: metrics that are to notice it, the chief one first, and whether it raises (1) or lowers (-1) them.
DETECTORS = {
    "brightness_flicker": {"brightness_flicker": 1, "brightness_flicker_max": 1},
    "texture_shimmer": {"flicker_mc_p95": 1, "flicker_mc": 1},
    "chunk_seam": {"seam_contrast": 1, "seam_p": -1, "seam_dc_contrast": 1},
    "tile_seam": {"tile_seam_contrast": 1, "tile_seam_p": -1},
    "color_drift": {"color_drift": 1, "color_drift_2000": 1, "color_drift_slope": 1},
    "frozen": {"still_ratio": 1, "longest_freeze_s": 1, "motion_degree": -1},
    "duplicates": {"duplicate_ratio": 1},
    "camera_jitter": {"jitter": 1},
    "residual_noise": {"noise_sigma": 1, "flicker_mc": 1},
    "scene_cut": {"scene_cuts": 1},
    "first_frame": {"first_frame_jump": 1},
    "contrast_drift": {"contrast_drift": -1},
    "sharpness_drift": {"sharpness_drift": -1},
}


def auc(positives, negatives):
    """The chance that one of the first is greater than one of the second, equal ones counting half; None for none."""
    if not positives or not negatives:
        return None
    wins = sum((p > n) + (p == n) / 2 for p in positives for n in negatives)
    return wins / (len(positives) * len(negatives))


def is_monotone(values, sign):
    """Whether they never go against the sign and end further than they began; those that are None are passed over."""
    known = [sign * value for value in values if value is not None]
    return len(known) > 1 and known[0] < known[-1] and all(a <= b for a, b in zip(known, known[1:]))


def move(changes, clean):
    """The mean of changes in standard deviations of the clean values; None for none, infinite for no deviation."""
    if not changes or len(clean) < 2:
        return None
    mean, spread = statistics.fmean(changes), statistics.stdev(clean)
    if mean == 0:
        return 0.0
    return mean / spread if spread > 0 else math.copysign(math.inf, mean)


def read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path}: {error}")


def base(name):
    return name.rstrip("/").rpartition("/")[2]


def read_results(paths):
    """({folder: {metric: value}}, {metric: direction}) of all files; values that say nothing are None."""
    values, directions = {}, {}
    for path in paths:
        for clip in read_json(path).get("clips", []):
            folder = base(clip["name"])
            if folder in values:
                raise SystemExit(f"{path}: {clip['name']}: there is another clip named {folder}; expected each once")
            values[folder] = {name: m["value"] if m.get("status", "ok") == "ok" else None
                              for name, m in clip["metrics"].items()}
            for name, m in clip["metrics"].items():
                directions.setdefault(name, m.get("direction", "none"))
    return values, directions


def read_manifest(path, values):
    """{artefact: {clip: {level: folder}}}; under "clean", the level is 0."""
    found = {}
    for entry in read_json(path)["clips"]:
        if entry["folder"] not in values:
            raise SystemExit(f"{path}: {entry['folder']} is not in the results; expected every clip of the manifest")
        found.setdefault(entry["artefact"], {}).setdefault(entry["clip"], {})[entry["level"]] = entry["folder"]
    if "clean" not in found:
        raise SystemExit(f"{path}: there is no clean clip in it")
    return found


def curves(manifest, values, artefact, metric):
    """{clip: [value clean, weak, clear, gross]}, None where there is none."""
    found = {}
    for clip, folders in manifest[artefact].items():
        levels = [manifest["clean"][clip][0]] + [folders.get(level) for level in LEVELS]
        found[clip] = [values[folder].get(metric) if folder else None for folder in levels]
    return found


def judge(found, sign):
    """What is said of one metric and one artefact; sign 0: either direction will do."""
    clean = [values[0] for values in found.values() if values[0] is not None]
    moves = []
    for level in LEVELS:
        known = [values for values in found.values() if None not in (values[0], values[level])]
        moves.append(move([values[level] - values[0] for values in known], clean))
    signs = [sign] if sign else [1, -1]
    monotone = max(statistics.fmean(is_monotone(values, s) for values in found.values()) for s in signs)
    middle = [values[MIDDLE] for values in found.values() if values[MIDDLE] is not None]
    area = auc([sign * v for v in middle], [sign * v for v in clean]) if sign else None
    return {"moves": moves, "monotone": monotone, "auc": area, "clips": len(middle)}


def sign_of(artefact, metric, direction):
    """What the artefact is expected to do to the metric: what is named, or to make it worse."""
    return DETECTORS.get(artefact, {}).get(metric, {"lower": 1, "higher": -1}.get(direction, 0))


def matrix(manifest, values, directions):
    """{artefact: {metric: judgement}}"""
    return {artefact: {metric: judge(curves(manifest, values, artefact, metric), sign_of(artefact, metric, direction))
                       for metric, direction in directions.items()}
            for artefact in manifest if artefact != "clean"}


def number(value):
    if value is None:
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"


def table(head, rows):
    lines = [head, ["---"] + ["--:"] * (len(head) - 1)] + rows
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def detector_table(judged):
    rows = []
    for artefact, by_metric in judged.items():
        for metric, sign in DETECTORS.get(artefact, {}).items():
            if metric not in by_metric:
                rows.append([artefact, metric] + ["not measured"] + [""] * 5)
                continue
            found = by_metric[metric]
            rows.append([artefact, metric + (" ↑" if sign > 0 else " ↓"), f"{found['clips']}",
                         f"{100 * found['monotone']:.0f} %", number(found["auc"]), *map(number, found["moves"])])
    return table(["artefact", "detector", "clips", "monotone", "AUC", "move, weak", "clear", "gross"], rows)


def move_table(judged):
    """Metrics by artefacts at middle strength; bold where the metric is a named detector."""
    rows = []
    for metric in next(iter(judged.values())):
        cells = []
        for artefact, by_metric in judged.items():
            text = number(by_metric[metric]["moves"][MIDDLE - 1])
            cells.append(f"**{text}**" if metric in DETECTORS.get(artefact, {}) else text)
        rows.append([metric] + cells)
    return table(["move of"] + [artefact.replace("_", " ") for artefact in judged], rows)


def without_infinity(value):
    """For JSON, which has no infinity: "inf", "-inf"."""
    if isinstance(value, dict):
        return {key: without_infinity(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_infinity(item) for item in value]
    return str(value) if isinstance(value, float) and math.isinf(value) else value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=pathlib.Path, metavar="MANIFEST")
    parser.add_argument("results", type=pathlib.Path, nargs="+", metavar="RESULT")
    parser.add_argument("-o", "--output", type=pathlib.Path, metavar="FILE")
    args = parser.parse_args()
    values, directions = read_results(args.results)
    manifest = read_manifest(args.manifest, values)
    if len(manifest) < 2:
        raise SystemExit(f"{args.manifest}: there is no artefact in it")
    judged = matrix(manifest, values, directions)
    sys.stdout.write(f"{detector_table(judged)}\n\n{move_table(judged)}\n")
    if args.output:
        detectors = {artefact: DETECTORS.get(artefact, {}) for artefact in judged}
        document = {"clean_clips": len(manifest["clean"]), "detectors": detectors,
                    "artefacts": without_infinity(judged)}
        args.output.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
