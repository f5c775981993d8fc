"""`reconstruct`: a clip through the VAE alone."""

import json
import re
import subprocess

import cli_program as cli
from cli_program import TINY


class Reconstruct(cli.ProgramTest):
    def setUp(self):
        super().setUp()
        cli.make_clip(self.folder / "in.mp4", "40x24", 9, 25)

    def reconstruct(self, *options, source="in.mp4"):
        brief = ["--threads", "1", "--progress", "none", "--allow-blank", "-o", "out.mp4"]
        return self.succeed("reconstruct", "--model", TINY, "--input", source, *brief, *options)

    def test_its_own_size_rate_and_all_frames(self):
        result = self.reconstruct()
        stream = cli.probe(self.folder / "out.mp4")
        self.assertEqual((stream["width"], stream["height"]), (40, 24))
        self.assertEqual((stream["nb_read_frames"], stream["r_frame_rate"]), ("9", "25/1"))
        self.assertRegex(result.err, r"PSNR \d+\.\d\d dB, SSIM -?0\.\d{4} over 9 frames\n$")
        self.assertEqual(json.loads((self.folder / "out.json").read_text())["task"], "reconstruct")

    def test_a_chosen_size(self):
        self.reconstruct("--width", "16", "--height", "16", "--num-frames", "5", "--fps", "20")
        stream = cli.probe(self.folder / "out.mp4")
        self.assertEqual((stream["width"], stream["height"], stream["nb_read_frames"]), (16, 16, "5"))

    def test_tensors(self):
        self.reconstruct("--dump-tensors", "dump")
        latent = ("F32", [1, 4, 3, 3, 5])
        self.assertEqual(cli.shapes(self.folder / "dump/encoded.safetensors"), {"mean": latent, "logvar": latent})
        decoded = cli.shapes(self.folder / "dump/decoded.safetensors")
        self.assertEqual(decoded, {"frames": ("F32", [9, 3, 24, 40])})
        self.assertEqual(len(list((self.folder / "dump").iterdir())), 2)

    def test_psnr_is_that_of_the_frames(self):
        """The same comparison by ffmpeg, of lossless copies of both."""
        brief = ["--threads", "1", "--progress", "none", "--allow-blank", "--codec", "ffv1", "-o", "out.mkv"]
        cli.make_clip(self.folder / "in.mkv", "40x24", 5, 24, "-c:v", "ffv1", "-pix_fmt", "bgr0")
        said = self.succeed("reconstruct", "--model", TINY, "--input", "in.mkv", *brief).err
        filters = "[0]format=gbrp[a];[1]format=gbrp[b];[a][b]psnr=stats_file=psnr.log"
        command = ["ffmpeg", "-v", "error", "-i", "out.mkv", "-i", "in.mkv", "-lavfi", filters, "-f", "null", "-"]
        subprocess.run(command, cwd=self.folder, check=True, stdin=subprocess.DEVNULL)
        frames = [float(v) for v in re.findall(r"psnr_avg:([\d.]+)", (self.folder / "psnr.log").read_text())]
        self.assertEqual(len(frames), 5)
        self.assertAlmostEqual(float(re.search(r"PSNR ([\d.]+)", said)[1]), sum(frames) / 5, delta=0.1)

    def test_sizes_that_do_not_fit(self):
        cli.make_clip(self.folder / "odd.mp4", "44x24", 9)
        run = ["reconstruct", "--model", TINY, "-o", "out.mp4", "--input"]
        self.assert_refused(64, ["odd.mp4", "is 44 pixels wide", "--width 40 or 48"], *run, "odd.mp4")
        cli.make_clip(self.folder / "ten.mp4", "40x24", 10)
        self.assert_refused(64, ["ten.mp4", "has 10 frames", "give --num-frames 9"], *run, "ten.mp4")
        self.assert_refused(65, ["in.mp4", "9 frames", "13"], *run, "in.mp4", "--num-frames", "13")
        self.assert_refused(66, ["none.mp4"], *run, "none.mp4")


if __name__ == "__main__":
    cli.main()
