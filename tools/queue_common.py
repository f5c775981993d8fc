"""What the tools that try a queue share: its stores, PostgreSQL's server among them, and a job that takes no time."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests/data/golden"  # the folder of models that the job is within
SKIPPED = 4  # exit code, where a store cannot be had
UNAVAILABLE, TRIES = 69, 5  # exit code of a store that others hold: whoever asks may ask again
FINAL = {"succeeded", "failed", "cancelled"}


def tiny_job(name, **more):
    return {"schema_version": 1, "id": name, "model": {"path": "tiny/model"}, "prompt": "a cat", "width": 32,
            "height": 16, "num_frames": 5, "sampling": {"steps": 2}, "compute": {"threads": 1},
            "output": {"contact_sheet": False, "encoder_threads": 1}} | more


class Queue:
    """`flowreel queue` of one store."""

    def __init__(self, program, store):
        self.program, self.store = program, store

    def run(self, *arguments):
        command = [self.program, "queue", *map(str, arguments), "--store", self.store]
        for _ in range(TRIES):
            result = subprocess.run(command, capture_output=True, text=True, timeout=120)
            if result.returncode != UNAVAILABLE:
                break
        if result.returncode != 0:
            sys.exit(f"queue {arguments[0]}: {result.stderr}")
        return result.stdout

    def submit(self, jobs, file):
        file.write_text("\n".join(map(json.dumps, jobs)))
        self.run("submit", file)

    def list(self):
        return [json.loads(line) for line in self.run("list", "--json", "--limit", 100000).splitlines()]

    def open_jobs(self):
        """How many are not over."""
        states = json.loads(self.run("stats", "--json"))["jobs"]
        return sum(count for state, count in states.items() if state not in FINAL)


@contextlib.contextmanager
def postgresql(folder):
    """A server of our own on a socket in the folder; the name of its store."""
    binaries = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    if binaries is None:
        print("PostgreSQL is not installed; expected Debian's package postgresql")
        sys.exit(1 if os.environ.get("FLOWREEL_REQUIRE_POSTGRES") == "1" else SKIPPED)
    data = folder / "data"
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")
        folder.chmod(0o755)
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([*user, binaries / "initdb", "-D", data, "-A", "trust", "-U", "postgres"], **quiet)
    control = [*user, binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", f"-k {folder} -c listen_addresses=''", "start"], **quiet)
    try:
        yield f"postgresql:///postgres?host={folder}&user=postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)


@contextlib.contextmanager
def store_in(folder, kind):
    """The name of a new store of this kind, sqlite or postgresql, that lives in the folder."""
    if kind == "sqlite":
        yield f"sqlite:{folder}/queue.db"
        return
    folder.chmod(0o755)  # PostgreSQL's user has to come through
    place = folder / "pg"
    place.mkdir()
    with postgresql(place) as name:
        yield name
