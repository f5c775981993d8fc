"""Kills and failing disks in the middle of a worker's jobs: nothing is lost, nothing is published twice or in part."""

import errno
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import cli_program as cli
from worker_program import KILL_AFTER, KILL_BEFORE, SAY_NONSENSE, WAIT, FaultTest

NAMES = ["clip.mp4", "manifest.json"]
LEASE = ("--lease", "1")


class Killed(FaultTest):
    def assert_published_once(self, expected):
        job = self.jobs()["shot"]
        self.assertEqual((job["state"], job["counters"]["crashes"]), ("succeeded", 1))
        self.assertEqual(self.history("shot").count("succeeded"), 1)
        made = {p.name: p.read_bytes() for p in (self.folder / "out/shot").iterdir()}
        self.assertEqual(sorted(made), NAMES)
        self.assertEqual(made["clip.mp4"], expected)
        self.assertEqual(self.unfinished(), [])

    def begin_again(self):
        for path in self.folder.glob("queue.db*"):
            path.unlink()
        shutil.rmtree(self.folder / "out")
        self.submit({"id": "shot"})

    # Case 36: the child dies at each call of which publishing consists; another child goes on.
    def test_a_child_that_is_killed_while_it_publishes(self):
        self.submit({"id": "shot"})
        calls = self.count("out")
        expected = (self.folder / "out/shot/clip.mp4").read_bytes()
        # Every other call is tried in tests/faults/faults_test.py, without a queue.
        for fault, call in ((KILL_BEFORE, calls - 2), (KILL_BEFORE, calls), (KILL_AFTER, calls)):
            with self.subTest(fault=fault, call=call, of=calls):
                self.begin_again()
                done = self.work(self.fault(fault, call, "out"))
                self.assertEqual(done.code, 0, done.err)
                self.assertTrue(self.marker.exists())
                self.assert_published_once(expected)

    # Case 36: the worker itself dies while it writes to the queue; another finds its job when the lease is over.
    def test_a_worker_that_is_killed_while_it_tells_the_queue(self):
        self.submit({"id": "shot"})
        calls = self.count("queue.db", *LEASE)
        expected = (self.folder / "out/shot/clip.mp4").read_bytes()
        ends = []
        for call in (calls // 2, calls * 3 // 4):  # heartbeats make it more or less
            with self.subTest(call=call, of=calls):
                self.begin_again()
                ends.append(self.work(self.fault(KILL_BEFORE, call, "queue.db"), *LEASE).code)
                done = self.work(None, *LEASE)
                self.assertEqual(done.code, 0, done.err)
                job = self.jobs()["shot"]
                self.assertEqual(job["state"], "succeeded")
                self.assertLessEqual(job["counters"]["crashes"], 1)
                self.assertEqual(self.history("shot").count("succeeded"), 1)
                self.assertEqual((self.folder / "out/shot/clip.mp4").read_bytes(), expected)
                self.assertEqual(self.unfinished(), [])
        self.assertIn(-9, ends)


class FailingDisk(FaultTest):
    # Case 39: a write, a sync, a rename, the manifest; the job is tried again, and nothing is left of the first.
    def test_an_attempt_that_fails_is_cleaned_up_and_made_again(self):
        for number, at, under, on in ((errno.ENOSPC, 1, "out/.shot.t1.tmp/.clip.mp4", "pwrite"),
                                      (errno.EDQUOT, 1, "out/.shot.t1.tmp/.manifest.json", "write"),
                                      (errno.EIO, 1, "out/.shot.t1.tmp", "fsync"),
                                      (errno.EROFS, 1, "out/shot", "renameat2"),
                                      (errno.ENOSPC, 1, "out/.shot.t1.tmp/.clip.mp4", "open")):
            with self.subTest(errno.errorcode[number], on=on):
                self.fresh()
                self.submit({"id": "shot"})
                done = self.work(self.fault(number, at, under, on))
                self.assertEqual(done.code, 0, done.err)
                self.assertIn(os.strerror(number), done.err)
                job = self.jobs()["shot"]
                self.assertEqual((job["state"], job["counters"]["errors"], job["counters"]["crashes"]),
                                 ("succeeded", 1, 0), done.err)
                self.assertTrue([text for text in self.history("shot") if "exit code 74" in text], done.err)
                self.assertEqual(sorted(p.name for p in (self.folder / "out").iterdir()), [".checkpoints", "shot"])

    def fresh(self):
        """Another empty folder."""
        self.folder = pathlib.Path(self.enter(tempfile.TemporaryDirectory()))
        self.marker = self.folder / "fault"

    # Case 39: no room for the queue: the worker goes on when there is.
    def test_a_queue_whose_disk_is_full_for_a_while(self):
        self.submit({"id": "shot"})
        done = self.work(self.fault(errno.ENOSPC, 1, "queue.db-wal", "pwrite"))
        self.assertEqual(done.code, 0, done.err)
        self.assertTrue(self.marker.exists())
        self.assertIn("the queue is not to be had", done.err)
        self.assertEqual(self.jobs()["shot"]["state"], "succeeded")

    # Case 39: a disk with less room than is asked for: nothing is claimed until there is room again.
    def test_nothing_is_claimed_until_there_is_space(self):
        (self.folder / "out").mkdir()
        with cli.small_disk(self.folder / "out", 8192):
            (self.folder / "out/filler").write_bytes(bytes(6 << 20))
            self.submit({"id": "shot"})
            process = self.start("--drain", "--min-free", "0.004")
            self.assertIn("nothing is claimed until it has", process.stderr.readline())
            time.sleep(0.3)
            self.assertEqual(self.jobs()["shot"]["state"], "queued")
            (self.folder / "out/filler").unlink()
            self.assertEqual(process.wait(timeout=30), 0)
            self.assertEqual(self.jobs()["shot"]["state"], "succeeded")


class Odd(FaultTest):
    # Case 42: a step that does not end: the child is ended, the step is named, and the job is made by another.
    def test_a_hang_within_a_step(self):
        self.submit({"id": "shot", "checkpoint": {"every_steps": 1}})
        done = self.work(self.fault(WAIT, 1, "out/.checkpoints"), "--stall", "1", "--lease", "2")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("stalled at sample 0 of 2", done.err)
        job = self.jobs()["shot"]
        self.assertEqual((job["state"], job["counters"]["errors"]), ("succeeded", 1))

    # Case 48: a library says a megabyte of no UTF-8 on stdout, where the worker is answered, and on stderr.
    def test_what_a_library_says_is_no_message(self):
        self.submit({"id": "shot"})
        done = self.work(self.fault(SAY_NONSENSE, 3, "out"))
        self.assertTrue(self.marker.exists())
        self.assertEqual(done.code, 0, done.err[-500:])
        job = self.jobs()["shot"]
        self.assertEqual((job["state"], job["counters"]["errors"], job["counters"]["crashes"]), ("succeeded", 0, 0))

    # Case 48: what is wrong is long and no UTF-8: what farms read stays short lines of JSON.
    def test_progress_is_json_whatever_is_told(self):
        (self.folder / "job.json").write_text(json.dumps({"schema_version": 1, "id": "a", "prompt": "p"}))
        for arguments in (["run", b"\xff\x1b" * 50_000, "--progress", "json"],
                          ["run", "job.json", "--set", b"prompt=" + b"\xff" * 100_000, "--progress", "json"],
                          ["run", "job.json", "--set", "model.path=" + "\u00e9" * 60_000, "--progress", "json"],
                          ["generate", "--model", cli.TINY, *cli.BRIEF, "-p", "x", "-o", b"a\xff.mp4", "--progress",
                           "json"]):
            result = subprocess.run([cli.PROGRAM, *arguments], cwd=self.folder, capture_output=True, timeout=60)
            lines = result.stdout.splitlines()
            self.assertTrue(lines, result.stderr[:300])
            for line in lines:
                self.assertLessEqual(len(line), 4096)
                self.assertIn(json.loads(line.decode("utf-8"))["t"], ("progress", "done", "failed"))


class Memory(FaultTest):
    HUNGRY = {"id": "hungry", "width": 128, "height": 128, "determinism": "strict"}

    def short_of_memory(self):
        return self.fault(0, 0, "out") | {"FLOWREEL_FAULT_MEMORY": str(4 << 20)}

    # Case 40: an allocation fails.
    def test_a_job_that_is_given_none(self):
        job = cli.JOB | self.HUNGRY
        (self.folder / "job.json").write_text(json.dumps(job))
        result = self.run_in("run", "job.json", "--progress", "none", env=os.environ | self.short_of_memory())
        self.assertEqual(result.code, 33, result.err)
        self.assertIn("out of memory", result.error())
        self.assertFalse((self.folder / "out/hungry").exists())
        self.assertEqual(self.unfinished(), [])

    # Case 40: tried once more, then given up; the job behind it is made.
    def test_a_worker_goes_on(self):
        self.submit(self.HUNGRY, {"id": "modest"})
        done = self.work(self.short_of_memory())
        self.assertEqual(done.code, 0, done.err)
        jobs = self.jobs()
        self.assertEqual((jobs["hungry"]["state"], jobs["hungry"]["counters"]["memory_failures"]), ("failed", 2))
        self.assertEqual(jobs["hungry"]["failure"]["exit_code"], 33)
        self.assertEqual(jobs["modest"]["state"], "succeeded")


class Clock(FaultTest):
    # Case 43: somebody sets the clock by an hour, to and fro, while a worker has a job and another looks for one.
    def test_a_clock_that_jumps(self):
        clock = self.folder / "clock"
        self.submit({"id": "shot", "checkpoint": {"every_steps": 1}})
        faults = self.fault(WAIT, 1, "out/.checkpoints") | {"FLOWREEL_FAULT_CLOCK": str(clock)}
        first = self.start("--drain", "--lease", "2", **faults)
        self.wait_for_fault()
        second = self.start("--drain", "--lease", "2", **faults)
        for jump in ("3600", "-3600", "7200"):
            clock.write_text(jump)
            time.sleep(0.8)
        self.go_on()
        self.assertEqual([first.wait(timeout=30), second.wait(timeout=30)], [0, 0])
        job = self.jobs()["shot"]
        self.assertEqual((job["state"], job["counters"]["crashes"]), ("succeeded", 0))
        self.assertEqual(len(self.history("shot")), 3)


if __name__ == "__main__":
    cli.main()
