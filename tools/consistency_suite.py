#!/usr/bin/env python3
"""Runs a suite of clips through every arm of a comparison and scores them against its baseline.

    tools/consistency_suite.py configs/consistency/suite-shapes.json --output out/suite [--model DIR] [--arms A,B]

Every arm is one way to make the same prompts and seeds: a solver, a number of steps, tiles, another engine. Its clips
are lossless, so that no encoder is part of what is measured. What is done already is not done again: stop it and start
it as you like. Prints a table (Markdown) of every metric's mean by arm, with a mark where it differs from the baseline
beyond chance, and writes it beside all values to OUTPUT/table.md and OUTPUT/suite.json. The arm "diffusers" needs a
Python with the versions named in tests/data/README.md; it is passed over, and said so, where there is none.
"""

import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ENGINES = ("flowreel", "diffusers")
BETTER = {"higher": "↑", "lower": "↓", "none": "·"}


def read_suite(path):
    suite = json.loads(path.read_text())
    if suite.get("suite_version") != 1:
        sys.exit(f"{path}: suite_version is {suite.get('suite_version')!r}, expected 1")
    for key in ("prompts", "seeds", "job", "arms", "baseline"):
        if not suite.get(key):
            sys.exit(f"{path}: {key} is missing or empty")
    if suite["baseline"] not in suite["arms"]:
        sys.exit(f"{path}: baseline {suite['baseline']!r} is no arm; there are {', '.join(suite['arms'])}")
    for name, arm in suite["arms"].items():
        if arm.get("engine", "flowreel") not in ENGINES:
            sys.exit(f"{path}: arm {name}: engine {arm['engine']!r}, expected {' or '.join(ENGINES)}")
    return suite


def joined(under, over):
    """`over` with all that only `under` has, object by object."""
    result = dict(under)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = joined(result[key], value) if both else value
    return result


def jobs_of(suite, arm, model):
    for name, prompt in suite["prompts"].items():
        for seed in suite["seeds"]:
            job = {"schema_version": 1, "id": f"{name}_{seed}", "prompt": prompt, "seed": seed,
                   "output": {"codec": "ffv1", "contact_sheet": False}}
            if model:
                job["model"] = {"path": str(pathlib.Path(model).resolve())}
            yield joined(joined(job, suite["job"]), arm.get("job", {}))


def run_flowreel(program, suite, arm, model, folder):
    """The clips of an arm, one folder each; those that are there already are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = list(jobs_of(suite, arm, model))
    file = folder / "jobs.jsonl"
    file.write_text("".join(json.dumps(job) + "\n" for job in jobs))
    subprocess.run([program, "run", file, "--output-dir", folder, "--progress", "none"], check=True)
    return [{"clip": str(next((folder / job["id"]).glob("*.mkv"))), "prompt_id": job["prompt"], "seed": job["seed"]}
            for job in jobs]


def run_diffusers(suite, arm, model, folder, program):
    """The same prompts by diffusers, from the noise that flowreel draws; folders of PNG."""
    import torch
    from diffusers import HunyuanVideoPipeline
    from safetensors.torch import load_file

    pipe = None
    clips = []
    for job in jobs_of(suite, arm, model):
        frames, tensors = folder / job["id"], folder / f"{job['id']}_tensors"
        clips.append({"clip": str(frames), "prompt_id": job["prompt"], "seed": job["seed"]})
        if (folder / f"{job['id']}.done").exists():
            continue
        path = model or str(ROOT / "models/pretrained/shapes")
        defaults = json.loads((pathlib.Path(path) / "flowreel.json").read_text())
        cfg = job["sampling"].get("cfg_scale", defaults.get("cfg_scale", 1))
        if pipe is None:
            pipe = HunyuanVideoPipeline.from_pretrained(path, torch_dtype=torch.float32)
        command = [program, "generate", "--model", path, "--prompt", job["prompt"], "--seed", job["seed"]]
        command += ["--width", job["width"], "--height", job["height"], "--num-frames", job["num_frames"]]
        command += ["--steps", 1, "--output", folder / "noise.mp4", "--overwrite", "--allow-blank"]
        command += ["--dump-tensors", tensors, "--progress", "none"]
        subprocess.run([str(word) for word in command], check=True)
        guidance = {"true_cfg_scale": cfg, "negative_prompt": ""} if cfg > 1 else {}
        with torch.no_grad():
            clip = pipe(prompt=job["prompt"], width=job["width"], height=job["height"], num_frames=job["num_frames"],
                        num_inference_steps=job["sampling"]["steps"], output_type="pil",
                        latents=load_file(tensors / "noise.safetensors")["latents"], **guidance)
        frames.mkdir(parents=True, exist_ok=True)
        for number, image in enumerate(clip.frames[0]):
            image.save(frames / f"frame_{number:05d}.png")
        (folder / f"{job['id']}.done").touch()
    return clips


def measure(program, suite, clips, folder, against):
    """The results of an arm, and its comparison with the baseline's, of the suite's few metrics: the more there are,
    the less any of them shows."""
    listed = folder / "clips.json"
    listed.write_text(json.dumps({"clips": [clip | {"clip": str(pathlib.Path(clip["clip"]).resolve())}
                                            for clip in clips]}, indent=1))
    command = [program, "consistency", "--manifest", listed, "--json", folder / "result.json", "--overwrite",
               "--progress", "none", "--quiet"]
    if suite.get("metrics"):
        command += ["--metrics", ",".join(suite["metrics"])]
    if against:
        command += ["--against", against, "--compare-json", folder / "compare.json"]
    done = subprocess.run([str(word) for word in command])
    if done.returncode not in (0, 1):  # 1: worse than the baseline, which is what is to be shown
        sys.exit(done.returncode)
    compared = json.loads((folder / "compare.json").read_text()) if against else {}
    return json.loads((folder / "result.json").read_text()), compared


def mean_of(result, metric):
    """Mean of the clips that have a value which means something; None without any."""
    values = [clip["metrics"][metric]["value"] for clip in result["clips"]
              if clip["metrics"].get(metric, {}).get("status") == "ok"]
    return sum(values) / len(values) if values else None


def table(suite, scored):
    """Markdown: a row per metric, a column per arm; * where it differs from the baseline beyond chance."""
    arms = list(scored)
    first = scored[arms[0]]["result"]["clips"][0]["metrics"]
    lines = ["| metric | " + " | ".join(arms) + " |", "|---|" + "---:|" * len(arms)]
    for metric in sorted(first):
        cells = []
        for arm in arms:
            value = mean_of(scored[arm]["result"], metric)
            verdict = scored[arm]["compare"].get("metrics", {}).get(metric, {}).get("verdict")
            mark = {"better": "+", "worse": "-"}.get(verdict, "")
            cells.append("–" if value is None else f"{value:.4g}{mark}")
        if any(cell != "–" for cell in cells):
            lines.append(f"| {metric} {BETTER[first[metric]['direction']]} | " + " | ".join(cells) + " |")
    about = [f"- `{name}`: {suite['arms'][name].get('about', '')}" for name in arms]
    legend = ["", f"`+` better, `-` worse than `{suite['baseline']}` beyond chance.", ""]
    return "\n".join(lines + legend + about) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--model", default="", help="diffusers pipeline directory; default: the bundled one")
    parser.add_argument("--arms", default="", help="only these, with commas between them; the baseline always")
    parser.add_argument("--program", default=str(ROOT / "build/release/flowreel"))
    args = parser.parse_args()
    suite = read_suite(args.suite)
    wanted = [name for name in args.arms.split(",") if name] or list(suite["arms"])
    for name in wanted:
        if name not in suite["arms"]:
            sys.exit(f"--arms names {name!r}; there are {', '.join(suite['arms'])}")
    order = [suite["baseline"]] + [name for name in wanted if name != suite["baseline"]]
    scored = {}
    for name in order:
        arm, folder = suite["arms"][name], args.output / name
        print(f"{name}: {arm.get('about', '')}", file=sys.stderr, flush=True)
        if arm.get("engine") == "diffusers":
            folder.mkdir(parents=True, exist_ok=True)
            try:
                clips = run_diffusers(suite, arm, args.model, folder, args.program)
            except ImportError as error:
                print(f"{name}: passed over, {error}", file=sys.stderr)
                continue
        else:
            clips = run_flowreel(args.program, suite, arm, args.model, folder)
        against = args.output / suite["baseline"] / "result.json" if name != suite["baseline"] else None
        result, compared = measure(args.program, suite, clips, folder, against)
        scored[name] = {"result": result, "compare": compared}
    text = table(suite, scored)
    (args.output / "table.md").write_text(text)
    means = {name: {metric: mean_of(arm["result"], metric) for metric in arm["result"]["clips"][0]["metrics"]}
             for name, arm in scored.items()}
    (args.output / "suite.json").write_text(json.dumps({"suite": suite["name"], "means": means}, indent=1) + "\n")
    print(text, end="")


if __name__ == "__main__":
    main()
