#!/usr/bin/env python3
"""What an H.264 encoder does to the readings of `flowreel consistency`.

    tools/consistency_encoders.py CLIP... [--crf 12,18,23,28] [--bframes 0,1,3] [--metrics A,B] [--json FILE]

Every clip (best a lossless one, or a folder of frames) is encoded with ffmpeg's libx264 at each constant quality and
with each number of B-frames, adaptive placement off; each is measured, and beside it the frames as they were. Prints a
table (Markdown) of the means over the clips, and the warnings that the tool gave.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
METRICS = ["temporal_flickering", "flicker_mc", "brightness_flicker", "warping_error", "adjacent_ssim", "noise_sigma",
           "sharpness_drift", "color_drift", "jitter"]


def measured(program, clip, metrics, folder):
    """(values by metric, warnings) of one clip."""
    out = folder / "measured.json"
    subprocess.run([program, "consistency", clip, "--metrics", ",".join(metrics), "--json", out, "--overwrite",
                    "--quiet", "--progress", "none"], check=True)
    result = json.loads(out.read_text())["clips"][0]
    return {name: result["metrics"][name]["value"] for name in metrics}, result["warnings"]


def encoded(clip, crf, bframes, folder, fps):
    out = folder / f"crf{crf}_b{bframes}.mp4"
    source = ["-framerate", str(fps), "-pattern_type", "glob", "-i", f"{clip}/*.png"] if clip.is_dir() else ["-i", clip]
    parameters = f"bframes={bframes}:b-adapt=0:scenecut=0:keyint=250"
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, source), "-an", "-c:v", "libx264", "-crf",
                    str(crf), "-pix_fmt", "yuv420p", "-x264-params", parameters, str(out)], check=True)
    return out


def mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=pathlib.Path)
    parser.add_argument("--crf", default="12,18,23,28")
    parser.add_argument("--bframes", default="0,1,3")
    parser.add_argument("--metrics", default=",".join(METRICS))
    parser.add_argument("--fps", type=float, default=24, help="of folders of frames")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--program", default=str(ROOT / "build/release/flowreel"))
    args = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        sys.exit("ffmpeg is not installed; expected Debian's package ffmpeg")
    metrics = args.metrics.split(",")
    settings = [(int(crf), int(b)) for b in args.bframes.split(",") for crf in args.crf.split(",")]
    rows, warnings = {"as it was": []}, {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for clip in args.clips:
            rows["as it was"].append(measured(args.program, clip, metrics, folder)[0])
            for crf, bframes in settings:
                row = f"CRF {crf}, B-frames {bframes}"
                values, said = measured(args.program, encoded(clip, crf, bframes, folder, args.fps), metrics, folder)
                rows.setdefault(row, []).append(values)
                warnings[row] = said
    table = {row: {metric: mean([clip[metric] for clip in clips]) for metric in metrics}
             for row, clips in rows.items()}
    print("| encoded | " + " | ".join(metrics) + " |\n|---|" + "---:|" * len(metrics))
    for row, values in table.items():
        print(f"| {row} | " + " | ".join("–" if v is None else f"{v:.4g}" for v in values.values()) + " |")
    for row, said in warnings.items():
        print(f"\n{row}:", *said, sep="\n- ")
    if args.json:
        found = {"clips": len(args.clips), "means": table, "warnings": warnings}
        args.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
