"""A worker that is told to stop, at every stage of a job, and a job that is cancelled at the last moment."""

import json
import signal
import struct
import time

import cli_program as cli
from worker_program import WAIT, FaultTest


class Stopped(FaultTest):
    def stop_at(self, at, under, on=None, **job):
        """A worker that gets TERM while its child is about to make a call; both end as they should."""
        self.submit({"id": "shot", "checkpoint": {"every_steps": 1}} | job)
        process = self.start("--inputs", self.folder, **self.fault(WAIT, at, under, on))
        self.wait_for_fault()
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        self.go_on()
        self.assertEqual(process.wait(timeout=20), 143)
        return self.jobs()["shot"]

    def assert_released_and_made(self, job):
        self.assertEqual((job["state"], job["counters"]), ("queued", {"errors": 0, "crashes": 0, "memory_failures": 0,
                                                                       "releases": 1}))
        self.assertFalse((self.folder / "out/shot").exists())
        self.assertEqual(self.unfinished(), [])
        done = self.work(None, "--inputs", self.folder)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.jobs()["shot"]["state"], "succeeded")

    # Case 37: while the weights are read.
    def test_while_the_model_is_loaded(self):
        self.assert_released_and_made(self.stop_at(8, cli.GOLDEN, "pread"))

    # Case 37: between steps; cli_worker_test.py has the same without a fault.
    def test_while_it_denoises(self):
        self.assert_released_and_made(self.stop_at(2, "out/.checkpoints", "renameat2", sampling={"steps": 6}))

    # Case 37: within a decode that takes long.
    def test_while_the_frames_are_decoded(self):
        latents = ("F32", [1, 4, 5, 128, 128], struct.pack("<f", 0.5) * (4 * 5 * 128 * 128))
        cli.write_safetensors(self.folder / "z", {"latents": latents})
        job = {"schema_version": 1, "id": "shot", "task": "decode", "from_latents": "z", "compute": {"threads": 1},
               "model": {"path": "tiny/model"}}
        (self.folder / "decode.json").write_text(json.dumps(job))
        self.succeed("queue", "submit", "decode.json")
        process = self.start("--inputs", self.folder, "--lease", "1")
        self.wait_for(lambda: self.jobs()["shot"]["progress"]["stage"] == "decode", "it does not decode")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=20), 143)
        job = self.jobs()["shot"]
        self.assertEqual((job["state"], job["counters"]["releases"], job["counters"]["errors"]), ("queued", 1, 0))
        self.assertFalse((self.folder / "out/shot").exists())
        self.assertEqual(self.unfinished(), [])

    # Case 37: while the clip is written.
    def test_while_the_clip_is_encoded(self):
        large = {"width": 64, "height": 64, "num_frames": 33, "output": {"codec": "ffv1", "contact_sheet": False}}
        self.assert_released_and_made(self.stop_at(1, "out/.shot.t1.tmp/.clip.mkv", "pwrite", **large))

    # Case 37: what is being published is published.
    def test_while_it_is_published(self):
        job = self.stop_at(1, "out/shot", "renameat2")
        self.assertEqual((job["state"], job["counters"]["releases"]), ("succeeded", 0))
        self.assertTrue((self.folder / "out/shot/manifest.json").exists())
        self.assertEqual(self.unfinished(), [])

    # Case 37: who insists is obeyed at once, and the lease sees to the job.
    def test_a_second_signal(self):
        self.submit({"id": "shot"})
        process = self.start("--lease", "1", **self.fault(WAIT, 1, "out/.shot.t1.tmp/.clip.mp4", "pwrite"))
        self.wait_for_fault()
        (child,) = self.children(process)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        sent_at = time.monotonic()
        self.assertEqual(process.wait(timeout=5), 143)
        self.assertLess(time.monotonic() - sent_at, 2)
        self.wait_for(lambda: not cli.pathlib.Path(f"/proc/{child}").exists(), "the child lives")
        self.assertFalse((self.folder / "out/shot").exists())
        self.assertEqual(self.work(None, "--lease", "1").code, 0)
        self.assertEqual(self.jobs()["shot"]["state"], "succeeded")
        self.assertEqual(self.unfinished(), [])


class Cancelled(FaultTest):
    # Case 50: what is published is done, and a second cancel changes nothing.
    def test_while_it_is_being_published(self):
        self.submit({"id": "shot"})
        process = self.start("--drain", **self.fault(WAIT, 1, "out/shot", "renameat2"))
        self.wait_for_fault()
        self.assertIn("cancel requested", self.succeed("queue", "cancel", "shot").out)
        self.go_on()
        self.assertEqual(process.wait(timeout=20), 0)
        self.assertEqual(self.jobs()["shot"]["state"], "succeeded")
        self.assertTrue((self.folder / "out/shot/manifest.json").exists())
        self.assertIn("was over: succeeded", self.succeed("queue", "cancel", "shot").out)


if __name__ == "__main__":
    cli.main()
