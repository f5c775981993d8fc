"""`flowreel run`: job files into folders of results, again, in conflict, refused, and only checked."""

import json
import signal
import subprocess
import time

import cli_program as cli
from cli_program import JOB, TINY


class Run(cli.ProgramTest):
    def job(self, name="job.json", **changes):
        path = self.folder / name
        path.write_text(json.dumps(JOB | changes, indent=2))
        return path

    def names(self, folder):
        """What lies in a folder, but for the place of checkpoints."""
        names = (p.relative_to(self.folder / folder).as_posix() for p in (self.folder / folder).rglob("*"))
        return sorted(name for name in names if name != ".checkpoints")

    def test_a_folder_of_results(self):
        result = self.succeed("run", self.job())
        self.assertEqual(self.names("out"), ["shot_010", "shot_010/clip.mp4", "shot_010/contact.png",
                                             "shot_010/manifest.json"])
        self.assertEqual(result.out, "out/shot_010\n")
        manifest = json.loads((self.folder / "out/shot_010/manifest.json").read_text())
        self.assertEqual(manifest["order"], JOB)
        self.assertEqual(cli.probe(self.folder / "out/shot_010/clip.mp4")["nb_read_frames"], "5")

    def test_the_frames_are_those_of_generate(self):
        self.succeed("run", self.job())
        self.generate("-o", "o.mp4", "--seed", "7", "--steps", "2")
        hashes = [json.loads((self.folder / name).read_text())["hashes"]["frames"]
                  for name in ("out/shot_010/manifest.json", "o.json")]
        self.assertEqual(*hashes)

    def test_what_was_asked_for_besides(self):
        job = self.job(checkpoint={"save_latents": True}, output={"frames": True, "contact_sheet": False})
        self.succeed("run", job, "--output-dir", "results")
        names = self.names("results/shot_010")
        self.assertIn("latents.safetensors", names)
        self.assertIn("frames/frame_00004.png", names)
        self.assertNotIn("contact.png", names)

    # Case 29: the same job again is done already.
    def test_done_already(self):
        self.succeed("run", self.job())
        before = (self.folder / "out/shot_010/clip.mp4").stat().st_mtime_ns
        self.assertIn("is done already", self.succeed("run", self.job()).err)
        self.assertEqual((self.folder / "out/shot_010/clip.mp4").stat().st_mtime_ns, before)

    # Case 29: another job, or a clip that is not the manifest's, is a conflict.
    def test_a_conflict_overwrites_nothing(self):
        self.succeed("run", self.job())
        was = cli.listing(self.folder / "out")
        self.assert_refused(73, ["out/shot_010"], "run", self.job(seed=8))
        (self.folder / "out/shot_010/clip.mp4").write_bytes(b"cut short")
        self.assert_refused(73, ["out/shot_010"], "run", self.job())
        self.assertEqual(len(cli.listing(self.folder / "out")), len(was))

    def test_a_job_that_fails_leaves_nothing(self):
        self.assert_refused(64, ["--width is 20"], "run", self.job(width=20))
        self.assert_refused(66, ["nowhere"], "run", self.job(model={"path": "nowhere"}))
        pinned = self.job(model={"path": str(TINY), "weights_sha256": {"vae": "0" * 64}})
        result = self.run_in("run", pinned, "--progress", "none")
        self.assertEqual(result.code, 65, result.err)
        self.assert_error(result, "the weights of vae", "expected 000")
        self.assertEqual(self.names("out"), [".checkpoints/shot_010.safetensors"])
        self.assertIn("going on from step 2 of 2", self.succeed("run", self.job()).err)

    def test_a_job_that_was_killed_goes_on(self):
        job = self.job(sampling={"steps": 300}, checkpoint={"every_steps": 5})
        state = self.folder / "out/.checkpoints/shot_010.safetensors"
        process = subprocess.Popen([cli.PROGRAM, "run", job], cwd=self.folder, stderr=subprocess.DEVNULL)
        self.wait_for(state)
        process.kill()
        process.wait()
        self.assertEqual(self.names("out/shot_010") if (self.folder / "out/shot_010").exists() else [], [])
        self.assertRegex(self.succeed("run", job).err, r"going on from step \d*[05] of 300")
        self.assertFalse(state.exists())
        self.succeed("run", job, "--output-dir", "whole")
        for name in ("clip.mp4", "manifest.json", "contact.png"):
            self.assertEqual(*[(self.folder / folder / "shot_010" / name).read_bytes() for folder in ("out", "whole")])

    def test_a_stop_signal_saves_the_step_and_is_told(self):
        for signal_number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            job = self.job(id=f"s{code}", sampling={"steps": 300}, checkpoint={"every_steps": 5})
            state = self.folder / f"out/.checkpoints/s{code}.safetensors"
            process = subprocess.Popen([cli.PROGRAM, "run", job], cwd=self.folder, stderr=subprocess.DEVNULL)
            self.wait_for(state)
            process.send_signal(signal_number)
            self.assertEqual(process.wait(timeout=30), code)
            self.assertTrue(state.exists())
            self.assertIn("going on from step", self.succeed("run", job).err)

    def wait_for(self, path):
        end = time.monotonic() + 30
        while not path.exists():
            self.assertLess(time.monotonic(), end, f"{path} does not come")
            time.sleep(0.01)

    def test_a_job_that_takes_too_long(self):
        job = self.job(sampling={"steps": 10000}, limits={"timeout_s": 1})
        result = self.run_in("run", job, "--progress", "none")
        self.assertEqual(result.code, 75, result.err)
        self.assert_error(result, "shot_010", "limits.timeout_s", "1 s")

    def test_progress_for_farms(self):
        lines = self.succeed("run", self.job(), "--progress", "openjd").out.splitlines()
        numbers = [float(line.split(": ")[1]) for line in lines if line.startswith("openjd_progress: ")]
        self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(numbers[-1], 100)
        self.assertIn("openjd_status: sample 2 of 2", lines)
        result = self.run_in("run", self.job(id="b", width=20), "--progress", "openjd")
        self.assertEqual(result.code, 64)
        self.assertRegex(result.out, r"^openjd_fail: --width is 20")
        result = self.run_in("run", self.job(id="b", width=20), "--progress", "json")
        self.assertEqual(json.loads(result.out)["t"], "failed")
        self.assertEqual(json.loads(result.out)["code"], 64)

    def test_paths_are_those_of_the_job_file(self):
        self.copy_model(name="jobs/m")
        path = self.job("jobs/job.json", model={"path": "m"})
        self.succeed("run", path)
        self.assertTrue((self.folder / "out/shot_010/clip.mp4").exists())

    def test_a_dry_run_writes_nothing(self):
        result = self.succeed("run", self.job(), "--dry-run", "--set", "sampling.steps=3")
        shown = json.loads(result.out)
        self.assertEqual((shown["sampling"]["steps"], shown["fps"]), (3, 24))
        self.assertFalse((self.folder / "out").exists())
        self.assert_refused(64, ["--num-frames is 6"], "run", self.job(num_frames=6), "--dry-run")

    def test_limits_are_no_part_of_what_was_made(self):
        self.succeed("run", self.job())
        self.assertIn("is done already", self.succeed("run", self.job(), "--set", "limits.max_memory_gib=60").err)

    def test_two_runs_of_one_job_at_once_both_succeed(self):
        job = self.job(sampling={"steps": 40})
        both = [subprocess.Popen([cli.PROGRAM, "run", job, "--progress", "none"], cwd=self.folder,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
        for process in both:
            error = process.communicate(timeout=60)[1]
            self.assertEqual(process.returncode, 0, error)
        self.assertEqual(self.names("out"), ["shot_010", "shot_010/clip.mp4", "shot_010/contact.png",
                                             "shot_010/manifest.json"])

    def test_one_job_of_many(self):
        (self.folder / "jobs.jsonl").write_text("\n".join(json.dumps(JOB | {"id": name}) for name in ("a", "b")))
        self.succeed("run", "jobs.jsonl", "--only", "2")
        self.assertEqual([name for name in self.names("out") if "/" not in name], ["b"])
        self.assert_refused(64, ["--only is 3", "has 2 jobs"], "run", "jobs.jsonl", "--only", "3")

    def test_many_jobs(self):
        lines = [json.dumps(JOB | {"id": name}) for name in ("a", "b")]
        (self.folder / "jobs.jsonl").write_text("\n".join(lines))
        self.succeed("run", "jobs.jsonl")
        self.assertEqual([name for name in self.names("out") if "/" not in name], ["a", "b"])
        (self.folder / "jobs.json").write_text(json.dumps([JOB, JOB]))
        self.assert_refused(65, ["\"shot_010\" comes twice"], "run", "jobs.json")


if __name__ == "__main__":
    cli.main()
