#!/usr/bin/env python3
"""Makes random HunyuanVideo pipelines and records what diffusers computes with them.

    tools/make_fixtures.py                          every committed pipeline, into tests/data/golden
    tools/make_fixtures.py --only small             one of them
    tools/make_fixtures.py --random 7 --out DIR     DIR/random_7: random sizes, unseen by the tests
    tools/make_fixtures.py --random 7 --out DIR --set transformer.patch_size=2 job.num_frames=29
    tools/make_fixtures.py --check-mistakes         measures typical mistakes against the files
    tools/make_fixtures.py --bundled                what the model that ships with flowreel makes

It works in a virtual environment of its own, .venv-fixtures, with pinned versions; `--python-env
existing` (or FLOWREEL_FIXTURES_ENV=existing) uses the running interpreter. The same versions on the
same kind of processor give the same bytes.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fixtures import environment  # noqa: E402  (the path above finds it)


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "tests" / "data" / "golden")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="tiny, small or cfg; may be repeated"
    )
    parser.add_argument(
        "--random",
        action="append",
        type=int,
        metavar="SEED",
        help="a pipeline of random sizes instead of the committed ones; may be repeated",
    )
    parser.add_argument("--seed", type=int, help="another seed for the weights")
    parser.add_argument(
        "--set",
        nargs="+",
        default=[],
        metavar="KEY=JSON",
        help="change a specification, for example vae.layers_per_block=1",
    )
    parser.add_argument("--check-mistakes", action="store_true")
    parser.add_argument("--bundled", action="store_true")
    parser.add_argument("--python-env", choices=["own", "existing"])
    return parser.parse_args()


def changed(spec, arguments):
    """The specification with --seed and --set applied; an unknown key is an error."""
    if arguments.seed is not None:
        spec["seed"] = arguments.seed
    for item in arguments.set:
        path, _, value = item.partition("=")
        *parents, last = path.split(".")
        place = spec
        for name in parents:
            place = place[name]
        if last not in place:
            raise SystemExit(f"--set {item}: there is no {path} in the specification")
        place[last] = json.loads(value)
    return spec


def chosen(arguments):
    from fixtures import random_spec, specs

    if arguments.random:
        found = [random_spec.draw(seed) for seed in arguments.random]
    else:
        unknown = set(arguments.only or []) - set(specs.SPECS)
        if unknown:
            raise SystemExit(f"--only {unknown.pop()}: expected one of {', '.join(specs.SPECS)}")
        found = [specs.named(name) for name in arguments.only or specs.SPECS]
    return [changed(spec, arguments) for spec in found]


def make(spec, out):
    from fixtures import bench, golden, layout

    folder = out / spec["name"]
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        layout.write(spec, folder / "model")
        pipeline = layout.load(folder / "model")
        golden.write(spec, pipeline, folder)
        noise = bench.rounding(spec, pipeline, folder)
        if noise < 0.6:
            break
        print(
            f"{folder}: weights {spec['seed']} round too badly ({noise:.1f} of the bound), others"
        )
        spec["seed"] += 1000
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    print(f"{folder}: {size / 1e6:.2f} MB, {job['prompt_tokens']} prompt tokens after the crop")


def check_mistakes(found, out):
    from fixtures import layout, mistakes

    rows = []
    for spec in found:
        folder = out / spec["name"]
        rows += mistakes.measure(spec, layout.load(folder / "model"), folder)
    mistakes.write(rows, out)
    print(mistakes.table(rows))
    missed = [row for row in rows if row["caught"] == row["exact"]]
    return 1 if missed else 0


def main():
    arguments = parse()
    environment.enter(ROOT, arguments.python_env)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    import torch
    import transformers
    from fixtures import exact_time, schedules, solvers

    for line in environment.check_versions():
        print(f"warning: {line}: other bytes are to be expected", file=sys.stderr)
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    exact_time.install()
    if arguments.bundled:
        from fixtures import bundled

        bundled.write(ROOT / "models" / "pretrained" / "shapes", arguments.out / "bundled")
        return 0
    found = chosen(arguments)
    if arguments.check_mistakes:
        return check_mistakes(found, arguments.out)
    for spec in found:
        make(spec, arguments.out)
    schedules.write(arguments.out)
    solvers.write(arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
