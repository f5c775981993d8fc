"""A job whose disk fails, or which is killed, at every call that matters: nothing half done is ever published.

    faults_test.py PROGRAM FAULTS_LIBRARY
"""

import errno
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINY = ROOT / "tests/data/golden/tiny/model"
JOB = {"schema_version": 1, "id": "shot", "model": {"path": str(TINY)}, "prompt": "a cat", "width": 32, "height": 16,
       "num_frames": 5, "sampling": {"steps": 2}, "compute": {"threads": 1}, "checkpoint": {"every_steps": 1}}
NAMES = ["clip.mp4", "contact.png", "manifest.json"]


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.holder = pathlib.Path(holder.name)
        (cls.holder / "job.json").write_text(json.dumps(JOB))
        whole = cls.holder / "whole"
        done = cls.run_job(whole, FLOWREEL_FAULT_COUNT=str(cls.holder / "count"))
        assert done.returncode == 0, done.stderr
        cls.calls = int((cls.holder / "count").read_text())
        cls.expected = {name: (whole / "shot" / name).read_bytes() for name in NAMES}

    @classmethod
    def run_job(cls, out, **faults):
        environment = os.environ | {"LD_PRELOAD": str(LIBRARY), "FLOWREEL_FAULT_UNDER": str(out)} | faults
        return subprocess.run([PROGRAM, "run", cls.holder / "job.json", "--output-dir", out, "--progress", "none"],
                              env=environment, capture_output=True, text=True, timeout=60)

    def check_whole_or_absent(self, out):
        folder = out / "shot"
        if folder.exists():
            self.assertEqual({p.name: p.read_bytes() for p in folder.iterdir()}, self.expected)

    def finish(self, out):
        """The job once more, on a sound disk: the same bytes, and nothing else left of the run before."""
        done = self.run_job(out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({p.name: p.read_bytes() for p in (out / "shot").iterdir()}, self.expected)
        self.assertEqual(list((out / ".checkpoints").glob("*.safetensors")), [])

    def points(self, share):
        """Calls to try: all of the last ones, where it is published, and a share of those before."""
        return [k for k in range(1, self.calls + 1) if k > self.calls - 12 or k % share == 0]

    def test_there_are_calls_to_fail(self):
        self.assertGreater(self.calls, 30)

    # Case 36: of a job without a queue.
    def test_killed_before_or_after_any_call(self):
        for fault in ("-1", "-2"):
            for k in self.points(9):
                with self.subTest(fault=fault, call=k), tempfile.TemporaryDirectory() as folder:
                    out = pathlib.Path(folder) / "out"
                    done = self.run_job(out, FLOWREEL_FAULT=fault, FLOWREEL_FAULT_AT=str(k))
                    self.assertEqual(done.returncode, -signal.SIGKILL)
                    self.check_whole_or_absent(out)
                    self.finish(out)

    # Case 39: of a job without a queue.
    def test_an_error_of_any_call(self):
        for number in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS):
            for k in self.points(24):
                with self.subTest(error=errno.errorcode[number], call=k), tempfile.TemporaryDirectory() as folder:
                    out = pathlib.Path(folder) / "out"
                    done = self.run_job(out, FLOWREEL_FAULT=str(number), FLOWREEL_FAULT_AT=str(k))
                    self.check_whole_or_absent(out)
                    if done.returncode != 0:
                        self.assertIn(done.returncode, (73, 74), done.stderr)
                        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                        self.assertEqual([p.name for p in out.iterdir() if p.name.endswith(".tmp")] if out.exists()
                                         else [], [])
                    self.finish(out)


if __name__ == "__main__":
    PROGRAM, LIBRARY = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
