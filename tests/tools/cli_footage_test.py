"""Real clips through `reconstruct` and `generate --input`. The folder that holds them is FLOWREEL_FOOTAGE."""

import json
import os
import pathlib

import cli_program as cli
from cli_program import SMALL, TINY

FOOTAGE = pathlib.Path(os.environ.get("FLOWREEL_FOOTAGE", cli.ROOT / "build/release/tests/codecs/footage"))


class RealFootage(cli.ProgramTest):
    COMMON = ("--progress", "none", "-o", "o.mp4")

    def assert_clip(self, width, height, frames, rate):
        stream = cli.probe(self.folder / "o.mp4")
        self.assertEqual((stream["width"], stream["height"], stream["nb_read_frames"]), (width, height, str(frames)))
        self.assertEqual(stream["r_frame_rate"], rate)
        self.assertEqual((stream["codec_name"], stream["color_space"]), ("h264", "bt709"))
        return json.loads((self.folder / "o.json").read_text())

    def test_reconstruct_at_its_own_size(self):
        source = cli.probe(FOOTAGE / "carphone_pristine.mp4")
        options = ["--model", TINY, "--input", FOOTAGE / "carphone_pristine.mp4", "--num-frames", "9"]
        said = self.succeed("reconstruct", *options, *self.COMMON).err
        self.assertRegex(said, r"PSNR \d+\.\d\d dB, SSIM -?0\.\d{4} over 9 frames")
        self.assert_clip(176, 144, 9, source["r_frame_rate"])

    def test_clips_differ_after_reconstruction(self):
        hashes = set()
        for name in ("carphone_pristine.mp4", "carphone_distorted.mp4"):
            size = ["--width", "88", "--height", "72", "--num-frames", "5"]
            options = ["--model", SMALL, "--input", FOOTAGE / name, *size, "--overwrite"]
            self.succeed("reconstruct", *options, *self.COMMON)
            hashes.add(json.loads((self.folder / "o.json").read_text())["hashes"]["latents"])
        self.assertEqual(len(hashes), 2)

    def test_generate_from_every_clip(self):
        for name in ("bikes.mp4", "bigbuckbunny.mp4", "carphone_distorted.mp4"):
            with self.subTest(name):
                size = ["--width", "80", "--height", "48", "--num-frames", "5", "--fps", "12", "--steps", "4"]
                start = ["--prompt", "the same at night", "--input", FOOTAGE / name, "--strength", "0.5"]
                self.succeed("generate", "--model", SMALL, *start, *size, *self.COMMON, "--overwrite")
                manifest = self.assert_clip(80, 48, 5, "12/1")
                self.assertEqual(manifest["task"], "v2v")
                self.assertRegex(manifest["hashes"]["input"], "^[0-9a-f]{64}$")

    def test_generate_at_the_clip_s_own_size_says_what_does_not_fit(self):
        """1280x720 and 272 frames and the like are told by the numbers that would do."""
        stream = cli.probe(FOOTAGE / "bigbuckbunny.mp4")
        options = ["--model", SMALL, "--prompt", "x", "--input", FOOTAGE / "bigbuckbunny.mp4", *self.COMMON]
        frames = int(stream["nb_read_frames"])
        self.assertNotEqual(frames % 4, 1)
        texts = [f"has {frames} frames", f"give --num-frames {(frames - 1) // 4 * 4 + 1}"]
        self.assert_refused(64, texts, "generate", *options)


if __name__ == "__main__":
    cli.main()
