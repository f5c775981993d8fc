#!/usr/bin/env python3
"""Times `flowreel consistency` against tools/consistency_reference.py: the same frames, the same metrics.

    tools/bench_consistency.py [--size 640x360] [--frames 24] [--rounds 3] [--metrics NAMES] [--cores 1]
    tools/bench_consistency.py --long [--size 1280x720] [--frames 129] [--cores 1]

Both read a folder of PNG files (ffmpeg's testsrc2 with noise), take turns, and are timed as processes from start to
end; times are medians over the rounds, memory the largest peak. Where the machine has other work, the processor time is
the figure to look at. With --long flowreel alone measures a lossless clip with all metrics, and a quarter of it: the
peaks say whether memory grows with length. --python names a Python that has the reference's packages.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "tools/consistency_reference.py"
# What the two measure alike, of one clip.
METRICS = ("temporal_flickering,brightness_flicker,brightness_flicker_max,colour_flicker_a,colour_flicker_b,flicker_mc,"
           "flicker_mc_p95,warping_error,warping_ratio,motion_degree,motion_degree_p95,dynamic_degree_dis,"
           "dynamic_degree_dis_score,static_filter_dis,still_ratio,duplicate_ratio,longest_freeze_s,adjacent_ssim,"
           "adjacent_psnr,first_frame_ssim,drift_curve,first_frame_jump,color_drift,color_drift_2000,color_drift_slope,"
           "luma_drift,contrast_drift,sharpness_drift,noise_sigma,noise_drift,si,si_max,ti,ti_max,scene_cuts")


@dataclasses.dataclass
class Run:
    wall_s: float
    cpu_s: float
    peak_mib: float


def timed(command, cores):
    def pin():
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])

    env = dict(os.environ, OMP_NUM_THREADS=str(cores), OPENBLAS_NUM_THREADS=str(cores))
    began = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], env=env, preexec_fn=pin)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} {command[1]} ended with {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def flowreel(args, clip, out, metrics):
    options = ["--metrics", metrics] if metrics else []
    return [args.program, "consistency", clip, *options, "--parallel", 1, "--json", out, "--overwrite", "--quiet",
            "--progress", "none"]


def make_frames(args, path, *codec):
    source = f"testsrc2=size={args.size}:rate=24"
    noise = ["-vf", "noise=alls=6:allf=t", "-frames:v", str(args.frames)]
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *noise, *codec, path], check=True)


def difference(ours, theirs):
    """The largest one of a value, in units of it where it is above 1, and the metric."""
    measured = json.loads(ours.read_text())["clips"][0]["metrics"]
    off = {}
    for name, metric in json.loads(theirs.read_text()).items():
        a, b = measured[name]["value"], metric["value"]
        if (a is None) != (b is None):
            raise SystemExit(f"{name} is {a} by flowreel and {b} by the reference")
        off[name] = 0 if a is None else abs(a - b) / max(1, abs(b))
    return max((value, name) for name, value in off.items())


def line(name, runs):
    return (f"{name:10} {statistics.median(run.wall_s for run in runs):8.2f} s  "
            f"{statistics.median(run.cpu_s for run in runs):8.2f} s of processor  "
            f"{max(run.peak_mib for run in runs):7.0f} MiB")


def compare(args, folder):
    (folder / "frames").mkdir()
    make_frames(args, folder / "frames/%04d.png", "-pix_fmt", "rgb24")
    ours, theirs = folder / "flowreel.json", folder / "python.json"
    commands = {"flowreel": flowreel(args, folder / "frames", ours, args.metrics),
                "Python": [args.python, "-B", REFERENCE, folder / "frames", "--metrics", args.metrics, "-o", theirs]}
    runs = {name: [] for name in commands}
    for _ in range(args.rounds):
        for name, command in commands.items():
            runs[name].append(timed(command, args.cores))
    print(f"{args.frames} frames of {args.size}, {len(args.metrics.split(','))} metrics, cores: {args.cores}, rounds: "
          f"{args.rounds}")
    for name, those in runs.items():
        print(line(name, those))
    ratio = [statistics.median(getattr(run, what) for run in runs["Python"])
             / statistics.median(getattr(run, what) for run in runs["flowreel"]) for what in ("wall_s", "cpu_s")]
    value, name = difference(ours, theirs)
    print(f"flowreel is {ratio[0]:.2f} times as fast ({ratio[1]:.2f} by processor time); the values differ by at most "
          f"{value:.1e} ({name})")


def measure_long(args, folder):
    for frames in (args.frames // 4, args.frames):
        args.frames = frames
        clip = folder / f"{frames}.mkv"
        make_frames(args, clip, "-c:v", "ffv1", "-pix_fmt", "bgr0")
        run = timed(flowreel(args, clip, folder / "long.json", args.metrics), args.cores)
        print(f"{frames} frames of {args.size}: {line('flowreel', [run])}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="the peak memory of flowreel alone")
    parser.add_argument("--size", metavar="WxH")
    parser.add_argument("--frames", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--metrics", metavar="NAMES")
    parser.add_argument("--cores", type=int, default=1, help="both processes are kept to that many")
    parser.add_argument("--program", default=str(ROOT / "build/release/flowreel"))
    parser.add_argument("--python", default=sys.executable)
    args = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        sys.exit("ffmpeg is not installed; expected Debian's package ffmpeg")
    args.size = args.size or ("1280x720" if args.long else "640x360")
    args.frames = args.frames or (129 if args.long else 24)
    if not args.long:
        args.metrics = args.metrics or METRICS
    with tempfile.TemporaryDirectory() as folder:
        (measure_long if args.long else compare)(args, pathlib.Path(folder))


if __name__ == "__main__":
    main()
