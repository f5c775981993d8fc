"""Makes random HunyuanVideo pipelines and records what diffusers computes with them."""

import argparse
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

ROOT = pathlib.Path(__file__).resolve().parent.parent


def make(spec, out):
    from fixtures import golden, layout

    folder = out / spec["name"]
    shutil.rmtree(folder, ignore_errors=True)
    layout.write(spec, folder / "model")
    golden.write(spec, layout.load(folder / "model"), folder)
    print(f"{folder}: {sum(f.stat().st_size for f in folder.rglob('*') if f.is_file()) / 1e6:.2f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "tests" / "data" / "golden")
    parser.add_argument("--only", action="append")
    parser.add_argument("--check-mistakes", action="store_true")
    arguments = parser.parse_args()
    from fixtures import specs
    import torch

    torch.set_num_threads(1)
    for name in [] if arguments.check_mistakes else arguments.only or specs.SPECS:
        make(specs.named(name), arguments.out)
    if arguments.check_mistakes:
        from fixtures import layout, mistakes
        rows = []
        for name in arguments.only or specs.SPECS:
            folder = arguments.out / name
            rows += mistakes.measure(specs.named(name), layout.load(folder / "model"), folder)
        mistakes.write(rows, arguments.out)
        print(mistakes.table(rows))


if __name__ == "__main__":
    main()
