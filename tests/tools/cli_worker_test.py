"""`flowreel worker`: real jobs from a queue, through a child that stays warm, stops, dies and is refused paths."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import sqlite3

import cli_program as cli
from worker_program import JOB, WorkerTest


class Worker(WorkerTest):
    def test_works_through_a_queue_and_tells_prometheus(self):
        self.submit({"id": "a"}, {"id": "b", "seed": 7}, {"id": "lost", "model": {"path": "nowhere"}})
        result = self.succeed(*self.worker("--drain", "--metrics", "worker.prom"))
        self.assertIn("job 1 (a): done", result.err)
        jobs = self.jobs()
        self.assertEqual([jobs[key]["state"] for key in ("a", "b", "lost")], ["succeeded", "succeeded", "failed"])
        self.assertEqual(jobs["lost"]["failure"]["exit_code"], 66)
        self.assertIn("model.path \"nowhere\"", jobs["lost"]["failure"]["message"])
        self.assertIn("identical: ", self.succeed("verify", "out/a", "--progress", "none").out)
        text = (self.folder / "worker.prom").read_text()
        self.assertIn('flowreel_worker_attempts_total{worker="0",end="succeeded"} 2', text)
        self.assertIn('flowreel_queue_jobs{state="failed"} 1', text)
        self.assertIn('flowreel_worker_children_total{worker="0"} 1', text)

    def test_a_warm_worker_makes_the_bytes_of_a_new_process_and_does_not_grow(self):
        """A hundred jobs: other models, sizes and failures lie between; memory is that of the tenth."""
        many = []
        for i in range(50):
            other = [{"width": 48}, {"model": {"path": "cfg/model"}, "sampling": {"steps": 1, "cfg_scale": 2}},
                     {"width": 20}, {"num_frames": 9}][i % 4]
            many.append({"id": f"other_{i}", "seed": i} | other)
            many.append({"id": f"same_{i}", "seed": 7})
        self.submit(*many)
        process = self.start("--drain")
        memory = {}

        def seen():
            for name in (4, 47):
                if name not in memory and (self.folder / f"out/same_{name}").exists():
                    memory[name] = self.child_memory(process)
            return process.poll() is not None

        self.wait_for(seen, "the queue is not worked through")
        self.assertEqual(process.returncode, 0)
        (self.folder / "last.json").write_text(json.dumps(JOB | {"id": "same_49", "seed": 7}))
        self.succeed("queue", "submit", "last.json", "--store", "sqlite:fresh.db")
        self.succeed("worker", "--output-dir", "fresh", "--models", cli.GOLDEN, "--min-free", "0", "--drain", "--store",
                     "sqlite:fresh.db")
        for name in ("clip.mp4", "manifest.json"):
            self.assertEqual(*[(self.folder / out / "same_49" / name).read_bytes() for out in ("out", "fresh")])
        fresh = json.loads((self.folder / "fresh/same_49/manifest.json").read_text())["hashes"]
        for i in range(50):
            hashes = self.manifest(f"same_{i}")["hashes"]
            for name in ("noise", "latents", "frames"):
                self.assertEqual(hashes[name], fresh[name], f"job {i}")
        self.assertLess(memory[47], memory[4] * 1.1 + 8, f"MiB: {memory}")

    def child_memory(self, process):
        """MiB resident of the child of a worker."""
        for child in self.children(process):
            status = pathlib.Path(f"/proc/{child}/status").read_text()
            return int(status.split("VmRSS:")[1].split()[0]) / 1024
        return 0

    def test_a_stop_signal_saves_releases_and_the_next_worker_goes_on(self):
        self.submit({"id": "long", "sampling": {"steps": 400}, "checkpoint": {"every_steps": 5}})
        process = self.start()
        self.wait_for((self.folder / "out/.checkpoints/long.safetensors").exists, "no checkpoint")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=30), 143)
        job = self.jobs()["long"]
        self.assertEqual((job["state"], job["counters"]["releases"], job["counters"]["crashes"]), ("queued", 1, 0))
        result = self.succeed(*self.worker("--drain"))
        self.assertIn("going on from step", result.err)
        self.assertEqual(self.jobs()["long"]["state"], "succeeded")
        self.assertIn("identical: ", self.succeed("verify", "out/long", "--progress", "none").out)

    # Case 40: as the kernel kills who has taken the memory of a machine or a group.
    def test_a_killed_child_costs_an_attempt_and_leaves_nothing(self):
        self.submit({"id": "long", "sampling": {"steps": 400}, "checkpoint": {"every_steps": 5}})
        process = self.start("--drain", "--retry-delay", "0.1")
        self.wait_for((self.folder / "out/.checkpoints/long.safetensors").exists, "no checkpoint")
        (child,) = self.children(process)
        os.kill(child, signal.SIGKILL)
        self.assertEqual(process.wait(timeout=60), 0)
        job = self.jobs()["long"]
        self.assertEqual((job["state"], job["counters"]["crashes"]), ("succeeded", 1))
        self.assertEqual(self.unfinished(), [])

    def test_a_cancelled_job_stops(self):
        self.submit({"id": "long", "sampling": {"steps": 10000}})
        process = self.start("--drain", "--lease", "1")
        self.wait_for(lambda: self.jobs()["long"]["state"] == "running", "it does not run")
        self.succeed("queue", "cancel", "long")
        self.assertEqual(process.wait(timeout=30), 0)
        self.assertEqual(self.jobs()["long"]["state"], "cancelled")

    def test_paths_lead_nowhere_but_to_its_folders(self):
        models = self.folder / "models"
        models.mkdir()
        (models / "out").symlink_to(cli.TINY)
        (models / "inside").symlink_to("real")
        (self.copy_model()).rename(models / "real")
        self.submit({"id": "a", "model": {"path": "out"}}, {"id": "b", "model": {"path": "inside"}},
                    {"id": "c", "model": {"path": "real"}, "task": "v2v", "input": "x.mp4"})
        self.succeed("worker", "--output-dir", "out", "--models", models, "--drain", "--min-free", "0")
        jobs = self.jobs()
        self.assertEqual([jobs[key]["state"] for key in "abc"], ["failed", "succeeded", "failed"])
        self.assertEqual([jobs[key]["failure"]["exit_code"] for key in "ac"], [77, 77])

    # Cases 27 and 28: each path that leads elsewhere, through a real worker; a server hears nothing of them.
    def test_wrong_paths_are_permanent_failures_and_nothing_is_opened(self):
        (self.folder / "inputs/frames").mkdir(parents=True)
        (self.folder / "secret.png").write_bytes(b"not for a job")
        (self.folder / "inputs/link").symlink_to("../secret.png")
        (self.folder / "inputs/frames/0.png").symlink_to("../../secret.png")
        os.mkfifo(self.folder / "inputs/pipe")
        server = self.enter(socket.create_server(("127.0.0.1", 0)))
        server.setblocking(False)
        url = f"//127.0.0.1:{server.getsockname()[1]}/a.png"
        names = ["../secret.png", str(self.folder / "secret.png"), "frames/../../secret.png", "link", "pipe", "frames",
                 "/proc/self/fd/0", "/proc/self/environ", "/dev/zero", "n" * 300, "a\nb", "C:\\a.png", f"http:{url}",
                 f"tcp:{url}", f"file:{self.folder}/secret.png", "concat:link|link", "subfile,,start,0,end,9,,:link",
                 "data:image/png;base64,AAAA", "pipe:0"]
        absent = ["-x.png", "%03d.png", "~/a.png", "$HOME/a.png", "*.png"]
        jobs = {f"f{i}": {"task": "i2v", "first_frame": name} for i, name in enumerate(names)}
        jobs |= {f"v{i}": {"task": "v2v", "input": name} for i, name in enumerate(names)}
        jobs |= {f"a{i}": {"task": "i2v", "first_frame": name} for i, name in enumerate(absent)}
        self.submit(*({"id": key} for key in jobs))
        database = self.enter(contextlib.closing(sqlite3.connect(self.folder / "queue.db", isolation_level=None)))
        for key, job in jobs.items():  # as `submit` would never store it
            text = json.dumps(JOB | {"id": key} | job)
            database.execute("UPDATE flowreel_jobs SET job = ? WHERE job_key = ?", (text, key))
        self.succeed(*self.worker("--inputs", "inputs", "--drain"), timeout=60)
        for key, job in self.jobs().items():
            code = 66 if key[0] == "a" else 77
            self.assertEqual((key, job["state"], job["failure"]["exit_code"]), (key, "failed", code), job["failure"])
            self.assertNotIn("not for a job", job["failure"]["message"])
        self.assertRaises(BlockingIOError, server.accept)

    def test_a_spool_is_submitted(self):
        inbox = self.folder / "spool/inbox"
        inbox.mkdir(parents=True)
        (inbox / "a.json").write_text(json.dumps(JOB | {"id": "a"}))
        (inbox / "bad.json").write_text("{")
        self.succeed(*self.worker("--spool", "spool", "--drain"))
        self.assertEqual(self.jobs()["a"]["state"], "succeeded")
        self.assertTrue((self.folder / "spool/accepted/a.json").exists())
        self.assertTrue((self.folder / "spool/rejected/bad.json.error.json").exists())

    # Case 45: two daemons on one spool, as two crashed and restarted ones may be: each job is made once.
    def test_two_workers_on_one_spool(self):
        inbox = self.folder / "spool/inbox"
        inbox.mkdir(parents=True)
        for i in range(6):
            (inbox / f"{i}.json").write_text(json.dumps(JOB | {"id": f"s{i}"}))
        workers = [self.start("--spool", "spool", "--drain", "--name", "the same") for _ in range(2)]
        self.assertEqual([worker.wait(timeout=60) for worker in workers], [0, 0])
        jobs = self.jobs()
        self.assertEqual(sorted(jobs), [f"s{i}" for i in range(6)])
        for key, job in jobs.items():
            self.assertEqual((job["state"], job["counters"]["crashes"]), ("succeeded", 0))
            self.assertEqual(self.history(key), ["submitted", "claimed, attempt 1", "succeeded"])
        self.assertEqual(len(list((self.folder / "spool/accepted").iterdir())), 6)

    # Case 47: nobody reads the log of a worker, whose pipe is full.
    def test_a_log_that_nobody_reads(self):
        self.submit({"id": "a"}, {"id": "b"})
        self.assertEqual(self.run_in(*self.worker("--drain"), stderr=self.full_pipe()).code, 0)
        self.assertEqual([job["state"] for job in self.jobs().values()], ["succeeded"] * 2)

    def test_refused(self):
        self.assert_refused(66, ["queue.db", "submit"], *self.worker("--drain"))
        self.assert_refused(64, ["--workers"], *self.worker("--workers", "0"))
        self.assert_refused(64, ["--output-dir"], "worker", "--drain")


if __name__ == "__main__":
    cli.main()
