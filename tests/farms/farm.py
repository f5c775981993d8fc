"""What the tests of the farm recipes share: jobs of about a second, and results to compare.

A test file is run as `x_test.py PROGRAM [unittest arguments]`.
"""

import importlib
import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import cli_program as cli  # noqa: E402

RECIPES = cli.ROOT / "docs" / "farms"
LONG = {"sampling": {"steps": 400}, "checkpoint": {"every_steps": 5}}  # two seconds, to be stopped in the middle
DONE = ["clip.mp4", "contact.png", "manifest.json"]

os.environ.setdefault("OMP_NUM_THREADS", "1")


def optional(module):
    """A module that setup.sh installs for the tests only, or None."""
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


def job(name, **changes):
    """The order of a clip that takes about a second."""
    return cli.JOB | {"id": name} | changes


# Orders that no attempt can fill, by their exit code.
def wrong_key(name):
    return job(name, sterngth=1)  # 65


def missing_model(name):
    return job(name, model={"path": "/nowhere/model"})  # 66


class FarmTest(cli.ProgramTest):
    """A folder with `jobs/` and `out/`, and a PATH in which `flowreel` is the program under test."""

    def setUp(self):
        super().setUp()
        for name in ("jobs", "out", "bin"):
            (self.folder / name).mkdir()
        (self.folder / "bin" / "flowreel").symlink_to(cli.PROGRAM)
        self.path = f"{self.folder / 'bin'}:{os.environ['PATH']}"

    def write_lines(self, *jobs):
        """A file with one job a line."""
        path = self.folder / "jobs" / "jobs.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in jobs))
        return path

    def write_files(self, *jobs):
        """One file for each job, named after it."""
        paths = [self.folder / "jobs" / f"{one['id']}.json" for one in jobs]
        for path, one in zip(paths, jobs):
            path.write_text(json.dumps(one))
        return paths

    def results(self, folder="out"):
        return sorted(p.name for p in (self.folder / folder).iterdir() if not p.name.startswith("."))

    def assert_done(self, *names):
        """Exactly these clips are there, each of them whole."""
        self.assertEqual(self.results(), sorted(names))
        for name in names:
            self.assertEqual(sorted(p.name for p in (self.folder / "out" / name).iterdir()), DONE)

    def checkpoint(self, name):
        return self.folder / "out" / ".checkpoints" / f"{name}.safetensors"

    def wait_until(self, true, what, seconds=30):
        end = time.monotonic() + seconds
        while not true():
            self.assertLess(time.monotonic(), end, f"waited {seconds} s for {what}")
            time.sleep(0.02)

    def assert_like_unbroken(self, order):
        """The clip and its manifest have the bytes that a run without a break gives them."""
        path = self.folder / "unbroken.json"
        path.write_text(json.dumps(order))
        self.succeed("run", path, "--output-dir", self.folder / "whole", "--progress", "none")
        for name in DONE:
            pair = [(self.folder / folder / order["id"] / name).read_bytes() for folder in ("out", "whole")]
            self.assertEqual(*pair, name)
