"""Small clips whose motion and faults are known to the level, for the tests of `flowreel consistency`.

Frames are bytes, RGB from top to bottom, of SIZE unless another one is given.
"""

import pathlib
import random
import subprocess

SIZE = (64, 48)
LOSSLESS = ("-c:v", "ffv1")  # in Matroska; RGB stays RGB
CELL = 6  # pixels from knot to knot of the texture


def texture(seed, width, height):
    """Rows of colours 40..215 that change smoothly from knot to knot."""
    draw = random.Random(seed)
    knots = [[[draw.randrange(40, 216) for _ in range(3)] for _ in range(width // CELL + 2)]
             for _ in range(height // CELL + 2)]
    rows = []
    for y in range(height):
        row, (j, down) = bytearray(), divmod(y, CELL)
        for x in range(width):
            i, right = divmod(x, CELL)
            for channel in range(3):
                above, below = (knots[k][i][channel] * (CELL - right) + knots[k][i + 1][channel] * right
                                for k in (j, j + 1))
                row.append((above * (CELL - down) + below * down) // CELL**2)
        rows.append(bytes(row))
    return rows


def pan(frames=9, seed=1, size=SIZE, step=(2, 1)):
    """The view of a texture moves by a whole number of pixels each frame."""
    (width, height), (right, down) = size, step
    rows = texture(seed, width + right * frames, height + down * frames)
    return [b"".join(row[3 * right * t : 3 * (right * t + width)] for row in rows[down * t : down * t + height])
            for t in range(frames)]


def still(frames=9, seed=1):
    return pan(1, seed) * frames


def brighter(frame, levels):
    assert max(frame) + levels <= 255
    return frame.translate(bytes(min(255, value + levels) for value in range(256)))


def flickering(frames, levels):
    """Every other frame is brighter, from the second on."""
    return [brighter(frame, levels) if t % 2 else frame for t, frame in enumerate(frames)]


def write(path, frames, *options, size=SIZE, rate=24):
    """A clip by the ending of its name; PNG files where the name is a pattern such as frames/%03d.png."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(rate), "-i", "-"]
    coding = options or (LOSSLESS if path.suffix == ".mkv" else ())
    command = ["ffmpeg", "-v", "error", "-y", *raw, *coding, str(path)]
    subprocess.run(command, input=b"".join(frames), check=True)
