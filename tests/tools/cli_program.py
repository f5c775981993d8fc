"""What the tests of the command line share: running the program, golden models to break, safetensors and MP4 boxes.

A test file is run as `cli_x_test.py PROGRAM [unittest arguments]`.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "data" / "golden"
TINY, SMALL, CFG = (GOLDEN / name / "model" for name in ("tiny", "small", "cfg"))
PROGRAM = str(ROOT / "build" / "release" / "flowreel")
SANITIZED = "FLOWREEL_SANITIZED" in os.environ  # the program is slow then, and reserves terabytes of addresses

# The smallest clip that has all stages: two frames of latents, two steps.
BRIEF = ("--width", "32", "--height", "16", "--num-frames", "5", "--steps", "2", "--threads", "1")


# The order of a clip that takes about a second.
JOB = {
    "schema_version": 1,
    "id": "shot_010",
    "model": {"path": str(TINY)},
    "prompt": "a cat",
    "width": 32,
    "height": 16,
    "num_frames": 5,
    "sampling": {"steps": 2},
    "seed": 7,
    "compute": {"threads": 1},
}

# A run of `train` that takes a second; what a test adds are the data and what it is about.
TRAINING = {
    "objective": "cfm",
    "model": str(TINY),
    "output": "run",
    "threads": 1,
    "seed": 5,
    "steps": 6,
    "batch": 2,
    "every": {"log": 1, "validate": 3, "checkpoint": 2, "sample": 6},
    "validation_batches": 1,
    "save_as": "float32",
}


@dataclasses.dataclass
class Result:
    code: int
    out: str
    err: str

    def error(self):
        """The last line on stderr: what went wrong."""
        return self.err.splitlines()[-1] if self.err else ""


def run(*arguments, cwd=None, timeout=30, **options):
    """Runs the program; arguments may be paths, texts, numbers or bytes."""
    command = [PROGRAM, *(a if isinstance(a, bytes) else str(a) for a in arguments)]
    timeout = timeout * 4 if SANITIZED else timeout
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    done = subprocess.run(command, cwd=cwd, timeout=timeout, **options)
    out, err = ((stream or b"").decode("utf-8", "replace") for stream in (done.stdout, done.stderr))
    return Result(done.returncode, out, err)


def listing(folder):
    """Every path under a folder with its size: what a run may not change when it fails."""
    return sorted((str(p.relative_to(folder)), p.lstat().st_size) for p in pathlib.Path(folder).rglob("*"))


def read_safetensors(path):
    """{name: (dtype, shape, bytes)}."""
    data = pathlib.Path(path).read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    header.pop("__metadata__", None)
    return {name: (t["dtype"], t["shape"], body[slice(*t["data_offsets"])]) for name, t in header.items()}


def write_safetensors(path, tensors):
    header, body = {}, b""
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + body)


def floats(tensor):
    dtype, _, data = tensor
    assert dtype == "F32", dtype
    return struct.unpack(f"<{len(data) // 4}f", data)


def shapes(path):
    """{name: (dtype, shape)}."""
    return {name: (dtype, shape) for name, (dtype, shape, _) in read_safetensors(path).items()}


def mp4_boxes(path):
    """Names of the outermost boxes, in their order."""
    data, at, names = pathlib.Path(path).read_bytes(), 0, []
    while at + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        if size == 1:
            (size,) = struct.unpack(">Q", data[at + 8 : at + 16])
        names.append(name.decode("latin-1"))
        at += size or len(data)
    return names


def probe(path):
    """What ffprobe says of the first video stream, frames counted."""
    what = ["-count_frames", "-select_streams", "v:0", "-show_streams", "-of", "json"]
    command = ["ffprobe", "-v", "error", *what, path]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["streams"][0]


def make_clip(path, size="64x48", frames=9, rate=24, *codec):
    """A moving test picture from ffmpeg; `path` may be a pattern of images."""
    source = f"testsrc2=size={size}:rate={rate}"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-frames:v", str(frames), *codec]
    command.append(str(path))
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


class ProgramTest(unittest.TestCase):
    """Every test has an empty folder, `self.folder`, where the program runs."""

    def setUp(self):
        self.folder = pathlib.Path(self.enter(tempfile.TemporaryDirectory()))

    def enter(self, context):
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def full_pipe(self):
        """The end to write to of a pipe that is full and that nobody reads: a write waits for ever."""
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        os.set_blocking(writer, False)
        with self.assertRaises(BlockingIOError):
            while True:
                os.write(writer, bytes(4096))
        os.set_blocking(writer, True)
        return writer

    def run_in(self, *arguments, **options):
        return run(*arguments, cwd=self.folder, **options)

    def succeed(self, *arguments, **options):
        result = self.run_in(*arguments, **options)
        self.assertEqual(result.code, 0, result.err)
        return result

    def generate(self, *arguments, model=TINY, prompt="a cat", **options):
        """A brief clip, made with success."""
        head = ["generate", "--model", model, "--prompt", prompt, "--progress", "none"]
        brief = [word for pair in zip(BRIEF[::2], BRIEF[1::2]) if pair[0] not in arguments for word in pair]
        return self.succeed(*head, *brief, *arguments, **options)

    def assert_refused(self, code, texts, *arguments, **options):
        """The exit code, one line that names everything in `texts`, nothing on stdout and nothing left behind."""
        before = listing(self.folder)
        result = self.run_in(*arguments, **options)
        self.assertEqual(result.code, code, result.err)
        self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assert_error(result, *texts)
        self.assertEqual(listing(self.folder), before, "the failed run left something behind")
        return result

    def assert_error(self, result, *texts):
        """A line that begins with the program's name, is fit for a terminal and holds every text."""
        line = result.error()
        self.assertTrue(line.startswith("flowreel: "), line)
        self.assertTrue(20 < len(line) < 1000, line)
        self.assertTrue(line.isprintable(), repr(line))
        self.assertEqual(result.out, "")
        for text in texts:
            self.assertIn(text, line)

    def copy_model(self, source=TINY, name="model"):
        """A copy that may be broken."""
        return pathlib.Path(shutil.copytree(source, self.folder / name))

    def edit_json(self, path, change):
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))


@contextlib.contextmanager
def small_disk(folder, kib):
    """A tmpfs of that size, or the test is skipped where this user may not mount."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode != 0:
        raise unittest.SkipTest("a full disk is tried where tmpfs can be mounted")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def main():
    global PROGRAM
    if len(sys.argv) > 1 and os.access(sys.argv[1], os.X_OK):
        PROGRAM = os.path.abspath(sys.argv.pop(1))
    if not os.access(PROGRAM, os.X_OK):
        sys.exit(f"{PROGRAM} is not there; build the target flowreel first")
    unittest.main(module="__main__")
