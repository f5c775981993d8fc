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
    arguments = parser.parse_args()
    from fixtures import specs
    import torch

    torch.set_num_threads(1)
    for name in arguments.only or specs.SPECS:
        make(specs.named(name), arguments.out)


if __name__ == "__main__":
    main()
