"""What the tests of `flowreel worker` share: jobs in a queue, workers, and faults in what they do."""

import json
import os
import pathlib
import subprocess
import time
import unittest

import cli_program as cli

JOB = {"schema_version": 1, "model": {"path": "tiny/model"}, "prompt": "a cat", "width": 32, "height": 16,
       "num_frames": 5, "sampling": {"steps": 2}, "compute": {"threads": 1}, "output": {"contact_sheet": False}}
KILL_BEFORE, KILL_AFTER, WAIT, SAY_NONSENSE = -1, -2, -3, -4  # of tests/faults/faults.cpp, beside errno


class WorkerTest(cli.ProgramTest):
    def submit(self, *jobs):
        (self.folder / "jobs.jsonl").write_text("\n".join(json.dumps(JOB | job) for job in jobs))
        self.succeed("queue", "submit", "jobs.jsonl")

    def worker(self, *options):
        room = [] if "--min-free" in options else ["--min-free", "0"]
        return ["worker", "--output-dir", "out", "--models", cli.GOLDEN, *room, *options]

    def start(self, *options, **environment):
        command = [cli.PROGRAM, *map(str, self.worker(*options))]
        process = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.PIPE, text=True,
                                   env=os.environ | environment)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def jobs(self):
        lines = self.succeed("queue", "list", "--json").out.splitlines()
        return {job["key"]: job for job in map(json.loads, lines)}

    def history(self, name):
        return [step["text"] for step in json.loads(self.succeed("queue", "show", name, "--json").out)["history"]]

    def manifest(self, name):
        return json.loads((self.folder / "out" / name / "manifest.json").read_text())

    def wait_for(self, holds, what):
        end = time.monotonic() + 60
        while not holds():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.02)

    def children(self, process):
        return [int(pid) for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir()
                for pid in (task / "children").read_text().split()]

    def unfinished(self):
        return [p.name for p in (self.folder / "out").iterdir() if p.name.endswith(".tmp")]


class FaultTest(WorkerTest):
    """A fault happens once: at call `at` of those named `on` (of any that counts) below `under`."""

    def setUp(self):
        super().setUp()
        if "FLOWREEL_FAULTS" not in os.environ:
            raise unittest.SkipTest("FLOWREEL_FAULTS does not name the library of tests/faults")
        self.marker = self.folder / "fault"

    def fault(self, what, at, under, on=None):
        """The environment of a program that it happens in."""
        self.marker.unlink(missing_ok=True)
        faults = {"LD_PRELOAD": os.environ["FLOWREEL_FAULTS"],
                  "FLOWREEL_FAULT": str(what), "FLOWREEL_FAULT_AT": str(at),
                  "FLOWREEL_FAULT_UNDER": str(self.folder.resolve() / under), "FLOWREEL_FAULT_ONCE": str(self.marker)}
        return faults | ({"FLOWREEL_FAULT_ON": on} if on else {})

    def wait_for_fault(self):
        self.wait_for(self.marker.exists, "the call does not come")

    def go_on(self):
        """After WAIT."""
        (self.folder / "fault.go").touch()

    def work(self, environment=None, *options):
        return self.run_in(*self.worker("--drain", "--retry-delay", "0.05", *options), timeout=60,
                           env=os.environ | (environment or {}))

    def count(self, under, *options):
        """Calls that a worker and its child make below `under` while they work through the queue."""
        self.assertEqual(self.work(self.fault(0, 0, under) | {"FLOWREEL_FAULT_COUNT": str(self.folder / "count")},
                                   *options).code, 0)
        return int((self.folder / "count").read_text())
