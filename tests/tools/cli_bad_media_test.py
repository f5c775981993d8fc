"""Inputs that are no clip and outputs that cannot be written: one line, an exit code, and nothing left behind."""

import os
import subprocess
import unittest

import cli_program as cli
from cli_program import TINY

SIZE = ("--width", "32", "--height", "16", "--num-frames", "5", "--steps", "2")


class Refusal(cli.ProgramTest):
    def assert_clean_failure(self, code, texts, *arguments, **options):
        """As assert_refused, but the run may have begun and said its seed."""
        before = cli.listing(self.folder)
        result = self.run_in(*arguments, **options)
        self.assertEqual(result.code, code, result.err)
        self.assert_error(result, *texts)
        self.assertEqual(cli.listing(self.folder), before, "the failed run left something behind")
        return result


class BadMedia(Refusal):
    def refuse(self, code, texts, source, option="--input", *more):
        head = ["generate", "--model", TINY, "--prompt", "a cat", "--progress", "none", *SIZE]
        result = self.assert_clean_failure(code, texts, *head, option, source, *more, "-o", "o.mp4")
        self.assertEqual(len(result.err.splitlines()), 1, f"refused only after the run began: {result.err}")

    def test_names_that_are_no_local_file(self):
        for name in ("http://example.org/a.mp4", "file:///etc/passwd", "concat:a.mp4|b.mp4", "subfile,,start,0,,:a"):
            with self.subTest(name):
                self.refuse(77, [name], name)
        self.refuse(77, ["data:"], "data:image/png;base64,AAAA", "--first-frame")
        self.refuse(77, ["pipe:0"], "pipe:0", "--first-frame")

    def test_things_that_are_no_file(self):
        os.mkfifo(self.folder / "fifo")
        self.refuse(77, ["fifo"], "fifo")
        self.refuse(77, ["/dev/zero"], "/dev/zero")
        self.refuse(77, ["/dev/zero"], "/dev/zero", "--first-frame")
        self.refuse(66, ["none.mp4"], "none.mp4")
        self.refuse(66, ["none.png"], "none.png", "--first-frame")

    def test_a_folder_without_images(self):
        (self.folder / "pictures").mkdir()
        (self.folder / "pictures" / "readme.txt").write_text("none")
        self.refuse(65, ["pictures", "PNG"], "pictures")
        self.refuse(77, ["pictures"], "pictures", "--first-frame")

    def test_text_named_as_a_clip(self):
        for what, text in {
            "playlist": "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n",
            "concat": "ffconcat version 1.0\nfile /etc/passwd\n",
            "sdp": "v=0\nm=video 5004 RTP/AVP 96\n",
            "prose": "this is no clip\n" * 99,
            "nothing": "",
        }.items():
            with self.subTest(what):
                (self.folder / f"{what}.mp4").write_text(text)
                self.refuse(65, [f"{what}.mp4"], f"{what}.mp4")

    def test_cut_files(self):
        cli.make_clip(self.folder / "whole.mp4")
        whole = (self.folder / "whole.mp4").read_bytes()
        (self.folder / "cut.mp4").write_bytes(whole[: len(whole) // 2])
        self.refuse(65, ["cut.mp4"], "cut.mp4")
        cli.make_clip(self.folder / "whole.png", frames=1)
        whole = (self.folder / "whole.png").read_bytes()
        (self.folder / "cut.png").write_bytes(whole[: len(whole) // 2])
        self.refuse(65, ["cut.png"], "cut.png", "--first-frame")

    def test_a_clip_with_too_few_frames(self):
        cli.make_clip(self.folder / "short.mp4", frames=3)
        self.refuse(65, ["short.mp4", "3 frames", "5"], "short.mp4")

    def test_a_clip_given_as_first_frame(self):
        cli.make_clip(self.folder / "clip.mp4")
        self.refuse(65, ["clip.mp4", "image"], "clip.mp4", "--first-frame")

    def test_latents(self):
        good = ("F32", [1, 4, 2, 2, 4], bytes(256))
        for what, tensors, texts in [
            ("name", {"samples": good}, ["latents"]),
            ("shape", {"latents": ("F32", [1, 4, 2, 4, 2], bytes(256))}, ["[1,4,2,4,2]", "[1,4,2,2,4]"]),
            ("type", {"latents": ("I64", [1, 4, 2, 2, 4], bytes(512))}, ["latents"]),
        ]:
            with self.subTest(what):
                cli.write_safetensors(self.folder / "z.safetensors", tensors)
                self.refuse(65, ["--initial-latents", *texts], "z.safetensors", "--initial-latents")
        self.refuse(66, ["none.safetensors"], "none.safetensors", "--initial-latents")
        nan = {"latents": ("F32", [1, 4, 2, 2, 4], b"\xff" * 256)}
        cli.write_safetensors(self.folder / "z.safetensors", nan)
        self.refuse(65, ["--initial-latents", "z.safetensors", "NaN"], "z.safetensors", "--initial-latents")


class BadOutput(Refusal):
    def refuse_output(self, code, texts, *options, size=SIZE):
        run = ["generate", "--model", TINY, "--prompt", "a cat", "--progress", "none", *size]
        self.assert_clean_failure(code, texts, *run, *options)

    def test_an_output_that_exists(self):
        for name in ("clip.mp4", "clip.json"):
            (self.folder / name).write_text("mine")
            self.refuse_output(73, [name, "exists already"], "-o", "clip.mp4")
            self.assertEqual((self.folder / name).read_text(), "mine")
            (self.folder / name).unlink()

    def test_other_outputs_that_exist(self):
        (self.folder / "z.safetensors").write_text("mine")
        self.refuse_output(73, ["z.safetensors", "exists"], "-o", "o.mp4", "--save-latents", "z.safetensors")
        self.assertEqual((self.folder / "z.safetensors").read_text(), "mine")
        (self.folder / "frames").mkdir()
        (self.folder / "frames" / "notes.txt").write_text("mine")
        self.refuse_output(73, ["frames"], "-o", "o.mp4", "--frames-dir", "frames")
        self.refuse_output(73, ["frames"], "-o", "o.mp4", "--frames-dir", "frames", "--overwrite")

    def test_places_that_cannot_hold_it(self):
        (self.folder / "file").write_text("mine")
        (self.folder / "folder.mp4").mkdir()
        for path in ("none/o.mp4", "file/o.mp4", "folder.mp4", "/proc/o.mp4", "/dev/full/o.mp4", "x" * 300 + ".mp4"):
            with self.subTest(path):
                self.refuse_output(73, [path[:40]], "-o", path)
        for option, path in [("--save-latents", "none/z.safetensors"), ("--frames-dir", "none/frames")]:
            with self.subTest(option):
                self.refuse_output(73, [path], "-o", "o.mp4", option, path)
        self.refuse_output(73, ["file"], "-o", "o.mp4", "--dump-tensors", "file")

    def test_a_name_that_does_not_fit(self):
        for path, options, text in [
            ("o.txt", [], ".mp4"),
            ("o", [], ".mp4"),
            ("o.json", [], "json"),
            ("o.mp4", ["--codec", "ffv1"], ".mkv"),
            ("o.mp4", ["--codec", "png"], "folder"),
            ("http://example.org/o.mp4", [], "http:"),
            ("a\nb.mp4", [], "a"),
        ]:
            with self.subTest(path):
                code = 77 if ":" in path or "\n" in path else 64
                self.refuse_output(code, [text], "-o", path, *options)

    def test_a_refused_run_makes_no_dump_folder(self):
        self.refuse_output(73, ["none/x"], "--frames-dir", "none/x", "-o", "o.mp4", "--dump-tensors", "dump")

    def test_a_full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        with cli.small_disk(disk, 4):
            run = ["generate", "--model", TINY, "--prompt", "a cat", *SIZE, "-o", "disk/o.mp4"]
            self.assert_refused(74, ["disk/o.json", "No space left"], *run)  # known beforehand
            self.refuse_output(74, ["No space left"], "-o", "o.mp4", "--frames-dir", "disk/frames")
        with cli.small_disk(disk, 72):  # holds the manifest, but not the clip
            large = ["--width", "128", "--height", "128", "--num-frames", "5", "--steps", "1", "--codec", "ffv1"]
            self.refuse_output(74, ["disk/o.mkv", "No space left"], "-o", "disk/o.mkv", size=large)

    def test_an_input_is_no_output(self):
        cli.make_clip(self.folder / "in.mp4", "32x16", 5)
        (self.folder / "in").mkdir()
        cli.make_clip(self.folder / "in" / "frame_%05d.png", "32x16", 5)
        for options in (["in.mp4", "-o", "./in.mp4"], ["in", "--codec", "png", "-o", "in/"]):
            with self.subTest(options[0]):
                texts = ["--input", "--output", "different names"]
                self.refuse_output(64, texts, "--overwrite", "--input", *options)

    def limited(self, mib, *arguments):
        command = ["sh", "-c", 'ulimit -v "$0"; exec "$@"', str(mib << 10), cli.PROGRAM, *map(str, arguments)]
        return subprocess.run(command, cwd=self.folder, capture_output=True, timeout=30, text=True)

    @unittest.skipIf(cli.SANITIZED, "a sanitizer's shadow does not fit a limit of addresses")
    def test_a_limit_of_memory(self):
        """Room for the program itself and a little work, not for the maps of an encoder, which has no smaller way."""
        cli.make_clip(self.folder / "in.mp4", "1024x1024", 5)
        least = next(mib for mib in range(300, 9000, 100) if self.limited(mib, "--version").returncode == 0)
        done = self.limited(least + 200, "reconstruct", "--model", TINY, "--input", "in.mp4", "--threads", "1",
                            "-o", "o.mp4")
        self.assertEqual(done.returncode, 33, done.stderr)
        self.assertIn("flowreel: out of memory", done.stderr.splitlines()[-1])
        self.assertEqual([name for name, _ in cli.listing(self.folder)], ["in.mp4"])


if __name__ == "__main__":
    cli.main()
