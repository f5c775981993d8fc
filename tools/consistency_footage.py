"""The first frames of real clips, as ffmpeg decodes and scales them; their hash says whether it gave the same ones."""

import dataclasses
import fractions
import hashlib
import json
import pathlib
import subprocess

CLIPS = ("bikes", "bigbuckbunny", "carphone_pristine", "carphone_distorted")
PAIR = ("carphone_distorted", "carphone_pristine")  # a clip, and what it should look like
FRAMES, WIDEST = 24, 352


@dataclasses.dataclass
class Footage:
    width: int
    height: int
    fps: float
    pixels: bytes  # RGB, frame by frame

    def sha256(self):
        return hashlib.sha256(self.pixels).hexdigest()

    def write_pngs(self, folder):
        pathlib.Path(folder).mkdir()
        raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{self.width}x{self.height}", "-i", "-"]
        command = ["ffmpeg", "-v", "error", *raw, str(pathlib.Path(folder) / "%03d.png")]
        subprocess.run(command, input=self.pixels, check=True)


def read_footage(path):
    what = ["-select_streams", "v:0", "-show_entries", "stream=width,height,r_frame_rate", "-of", "json", str(path)]
    found = subprocess.run(["ffprobe", "-v", "error", *what], check=True, capture_output=True).stdout
    stream = json.loads(found)["streams"][0]
    width, height = stream["width"], stream["height"]
    if width > WIDEST:
        width, height = WIDEST, round(height * WIDEST / width / 2) * 2
    scale = f"scale={width}:{height}:flags=area+accurate_rnd+bitexact,format=rgb24"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0:v:0", "-frames:v", str(FRAMES), "-vf",
               scale, "-f", "rawvideo", "-"]
    pixels = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    if len(pixels) != FRAMES * height * width * 3:
        raise SystemExit(f"{path}: {len(pixels)} bytes; expected {FRAMES} frames of {width}x{height}")
    return Footage(width, height, float(fractions.Fraction(stream["r_frame_rate"])), pixels)
