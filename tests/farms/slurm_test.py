"""docs/farms/slurm under a real Slurm: arrays, a task that is stopped and goes on, errors that stay and that pass."""

import os
import time
import unittest

import farm
import slurm_cluster
from farm import cli

SCRIPT = farm.RECIPES / "slurm" / "flowreel.sbatch"

# Stands for flowreel where only its exit code matters: that of the job's name; 143 once, then 0.
EXITS = """#!/bin/sh
name=$(basename "$2" .json)
echo run >>"$(dirname "$2")/$name.runs"
[ "$name" != 143 ] || [ "$(wc -l <"$(dirname "$2")/$name.runs")" = 1 ] || exit 0
exit "$name"
"""


class Slurm(farm.FarmTest):
    @classmethod
    def setUpClass(cls):
        missing = slurm_cluster.missing_programs()
        if missing:
            if os.environ.get("FLOWREEL_REQUIRE_SLURM") == "1":
                raise AssertionError(f"FLOWREEL_REQUIRE_SLURM=1, but {', '.join(missing)} cannot be found")
            raise unittest.SkipTest(f"no Slurm is installed ({', '.join(missing)}): packages slurmctld, slurmd, "
                                    "slurm-client and munge")
        cls.cluster = slurm_cluster.Cluster()
        cls.addClassCleanup(cls.cluster.stop)

    def submit(self, jobs, *options, **environment):
        environment = {"FLOWREEL": cli.PROGRAM} | environment
        export = "ALL," + ",".join(f"{name}={value}" for name, value in environment.items())
        small = ("--cpus-per-task=1", "--mem=100", "--time=5", f"--export={export}", f"--chdir={self.folder}")
        job_id = self.cluster.call("sbatch", "--parsable", *small, *options, SCRIPT, jobs, self.folder / "out").strip()
        self.addCleanup(self.cluster.call, "scancel", job_id, check=False)
        return job_id

    def log(self, job_id, task):
        path = self.folder / f"flowreel-{job_id}_{task}.log"
        return path.read_text() if path.exists() else ""

    def ends(self, tasks):
        """{task: (state, exit code, restarts)}"""
        return {name: (t["JobState"], t["ExitCode"].partition(":")[0], t["Restarts"]) for name, t in tasks.items()}

    def test_an_array_over_the_lines_of_a_file(self):
        lines = self.write_lines(*(farm.job(name) for name in "abc"))
        job_id = self.submit(lines, "--array=1-4")
        done = ("COMPLETED", "0", "0")
        self.assertEqual(self.ends(self.cluster.wait(job_id)),
                         {"1": done, "2": done, "3": done, "4": ("FAILED", "66", "0")})
        self.assert_done("a", "b", "c")
        self.assertIn("there is no job number 4", self.log(job_id, 4))

    def test_a_stopped_task_goes_on_and_a_wrong_one_does_not(self):
        long = farm.job("b", **farm.LONG)
        self.write_files(farm.wrong_key("a"), long, farm.job("c"))
        job_id = self.submit(self.folder / "jobs", "--array=1-3")
        self.wait_until(self.checkpoint("b").exists, "a checkpoint")
        # What --signal=B:TERM@60 does a minute before the time is up.
        self.cluster.call("scancel", "--batch", "--signal=TERM", f"{job_id}_2")
        ends = self.ends(self.cluster.wait(job_id))
        self.assertEqual(ends, {"1": ("FAILED", "65", "0"), "2": ("COMPLETED", "0", "1"), "3": ("COMPLETED", "0", "0")})
        self.assertIn("/sterngth", self.log(job_id, 1))
        self.assertRegex(self.log(job_id, 2), r"(?s)stopped on request.*state is saved; requeued.*going on from step")
        self.assert_done("b", "c")
        self.assert_like_unbroken(long)

    def test_a_cancelled_task_stays_cancelled(self):
        self.write_files(farm.job("a", **farm.LONG | {"sampling": {"steps": 9000}}))
        job_id = self.submit(self.folder / "jobs", "--array=1")
        self.wait_until(self.checkpoint("a").exists, "a checkpoint")
        self.cluster.call("scancel", job_id)
        time.sleep(3)  # longer than it takes to come back
        self.assertEqual(self.ends(self.cluster.wait(job_id))["1"][0], "CANCELLED")
        self.assertNotIn("requeued", self.log(job_id, 1))
        self.assertIn("stopped on request", self.log(job_id, 1), "it was not given the time to save its state")
        self.assertEqual(self.results(), [])

    def test_which_exit_codes_come_back(self):
        program = self.folder / "bin" / "exits"
        program.write_text(EXITS)
        program.chmod(0o755)
        codes = (33, 64, 70, 73, 75, 143)
        for code in codes:
            (self.folder / "jobs" / f"{code}.json").write_text("{}")
        job_id = self.submit(self.folder / "jobs", f"--array=1-{len(codes)}", FLOWREEL=program,
                             FLOWREEL_MAX_RESTARTS=1)
        ends = self.ends(self.cluster.wait(job_id))
        # Tasks follow the names of the files, which sort as text.
        by_code = {name: ends[str(n + 1)] for n, name in enumerate(sorted(map(str, codes)))}
        runs = {code: len((self.folder / "jobs" / f"{code}.runs").read_text().split()) for code in codes}
        for code in codes:
            with self.subTest(code):
                again = code in (75, 143)
                end = ("COMPLETED", "0") if code == 143 else ("FAILED", str(code))
                self.assertEqual(by_code[str(code)], (*end, "1" if again else "0"))
                self.assertEqual(runs[code], 2 if again else 1)


if __name__ == "__main__":
    cli.main()
