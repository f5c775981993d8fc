"""Signals, and a stdout or stderr that goes away: the program ends soon, says why, and leaves nothing half made."""

import json
import os
import signal
import struct
import subprocess
import time

import cli_program as cli

# Thousands of short steps: what is stopped is always in the middle of sampling.
LONG = ("--width", "64", "--height", "64", "--num-frames", "5", "--steps", "5000", "--threads", "1", "--prompt", "x")


class Signals(cli.ProgramTest):
    def start(self, *more, **options):
        """A long run that has begun to sample, seen by its NDJSON progress."""
        command = [cli.PROGRAM, "generate", "--model", cli.TINY, *LONG, "--progress", "json", "-o", "o.mp4", *more]
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        process = subprocess.Popen(command, cwd=self.folder, **options)
        self.addCleanup(process.kill)
        for line in process.stdout:
            progress = json.loads(line)
            if progress["stage"] == "sample" and progress["step"] >= 3:
                return process
        self.fail(process.stderr.read())

    def ending(self, process):
        out, err = process.communicate(timeout=10)
        return process.returncode, err.decode().splitlines()[-1]

    def test_a_first_signal_ends_the_run_cleanly(self):
        for sent, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(sent.name):
                process = self.start("--frames-dir", "frames", "--save-latents", "z.safetensors")
                process.send_signal(sent)
                sent_at = time.monotonic()
                self.assertEqual(self.ending(process), (code, "flowreel: stopped on request"))
                self.assertLess(time.monotonic() - sent_at, 3)
                self.assertEqual(cli.listing(self.folder), [])

    def test_a_signal_within_a_tile_of_the_decoder(self):
        """One tile that takes many times as long as the wait for its next convolution."""
        latents = ("F32", [1, 4, 5, 128, 128], struct.pack("<f", 0.5) * (4 * 5 * 128 * 128))
        cli.write_safetensors(self.folder / "z", {"latents": latents})
        command = ["generate", "--model", cli.TINY, "--from-latents", "z", "--threads", "1", "-o", "o.mp4"]
        process = subprocess.Popen(
            [cli.PROGRAM, *command, "--progress", "json"],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(process.kill)
        self.assertEqual(json.loads(process.stdout.readline())["stage"], "decode")
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.ending(process), (130, "flowreel: stopped on request"))
        self.assertEqual([name for name, _ in cli.listing(self.folder)], ["z"])

    def test_a_second_signal_ends_it_at_once(self):
        process = self.start("--frames-dir", "frames", "--save-latents", "z.safetensors")
        os.kill(process.pid, signal.SIGSTOP)  # both arrive before the next step
        os.kill(process.pid, signal.SIGINT)
        os.kill(process.pid, signal.SIGTERM)
        os.kill(process.pid, signal.SIGCONT)
        process.communicate(timeout=10)
        self.assertIn(process.returncode, (130, 143))
        self.assertEqual(cli.listing(self.folder), [])

    def test_a_kill_leaves_nothing_under_the_final_name(self):
        process = self.start()
        process.kill()
        process.communicate(timeout=10)
        self.assertEqual(process.returncode, -signal.SIGKILL)
        left = [name for name, _ in cli.listing(self.folder)]
        self.assertTrue(all(name.startswith(".") and name.endswith(".tmp") for name in left), left)
        self.generate("-o", "o.mp4")  # the rest of the killed run is in nobody's way


class ClosedStreams(cli.ProgramTest):
    def brief(self, shell, *more):
        """Runs a brief clip through sh, which redirects its streams."""
        command = [cli.PROGRAM, "generate", "--model", cli.TINY, *cli.BRIEF, "--prompt", "x", "-o", "o.mp4", *more]
        return subprocess.run(["sh", "-c", shell, *command], cwd=self.folder, capture_output=True, timeout=30)

    def assert_made(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(cli.probe(self.folder / "o.mp4")["nb_read_frames"], "5")
        self.assertTrue(json.loads((self.folder / "o.json").read_text()))

    # Case 47: streams that are closed.
    def test_nobody_reads(self):
        for what, shell in {
            "stdout closed": '"$0" "$@" >&-',
            "stderr closed": '"$0" "$@" 2>&-',
            "both closed": '"$0" "$@" >&- 2>&-',
            "stdin closed": '"$0" "$@" <&-',
            "all closed": '"$0" "$@" <&- >&- 2>&-',
        }.items():
            with self.subTest(what):
                self.assert_made(self.brief(shell, "--progress", "json", "--overwrite"))

    # Case 47: EPIPE, and no death by SIGPIPE.
    def test_a_pipe_whose_reader_is_gone(self):
        shell = '{ "$0" "$@"; echo $? > code; } | true; exit $(cat code)'
        self.assert_made(self.brief(shell, "--progress", "json"))

    # Case 47: a farm that holds the pipe but does not read: the clip is made, and what is said about it left out.
    def test_a_full_pipe_that_nobody_reads(self):
        out, err = self.full_pipe(), self.full_pipe()
        for mode in ("json", "plain"):
            command = [cli.PROGRAM, "generate", "--model", cli.TINY, *cli.BRIEF, "--prompt", "x", "-o", f"{mode}.mp4"]
            done = subprocess.run([*command, "--progress", mode], cwd=self.folder, stdin=subprocess.DEVNULL,
                                  stdout=out, stderr=err, timeout=30)
            self.assertEqual(done.returncode, 0)
            self.assertEqual(cli.probe(self.folder / f"{mode}.mp4")["nb_read_frames"], "5")

    def test_progress_that_cannot_be_written(self):
        """The clip is what was asked for: it is made, whatever becomes of the lines about it."""
        self.assert_made(self.brief('"$0" "$@" > /dev/full', "--progress", "json"))

    def test_an_answer_that_cannot_be_written(self):
        """Of `inspect` the lines are the result: a full disk is an error."""
        for arguments in ([str(cli.TINY)], ["--json", str(cli.TINY)]):
            shell = '"$0" "$@" > /dev/full'
            command = ["sh", "-c", shell, cli.PROGRAM, "inspect", *arguments]
            done = subprocess.run(command, capture_output=True, timeout=30)
            self.assertEqual(done.returncode, 74, done.stderr)
            self.assertIn(b"standard output cannot be written", done.stderr)


if __name__ == "__main__":
    cli.main()
