#!/usr/bin/env python3
"""A queue under attack: workers and their children are killed, stopped and asked to end while they work through it.

    tools/chaos.py                                   60 s, 500 jobs, 6 workers, SQLite
    tools/chaos.py --store postgresql --seconds 1800

In the end every good job must have been published exactly once, with the frames that its seed makes, every poison job
(it crashes the process that computes it) must be dead after its limit, and nothing may be left over. Prints figures,
and exits with 1 when that is not so. PostgreSQL is started for it, and stopped again.
"""

import argparse
import collections
import contextlib
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_CRASHES = 6
LEASE = 2.0
SKIPPED = 4  # exit code
SEEDS = 5


def job(name, seed):
    return {"schema_version": 1, "id": name, "model": {"path": "tiny/model"}, "prompt": "a cat", "width": 32,
            "height": 16, "num_frames": 5, "sampling": {"steps": 2}, "seed": seed, "compute": {"threads": 1},
            "checkpoint": {"every_steps": 1}, "output": {"contact_sheet": False, "encoder_threads": 1}}


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


class Farm:
    def __init__(self, options, folder, store):
        self.options, self.folder, self.store = options, folder, store
        self.out = folder / "out"
        self.program = options.program
        self.log = open(folder / "log", "w")
        self.workers, self.done, self.stopped = [], collections.Counter(), []
        self.random = random.Random(options.seed)

    def queue(self, *arguments):
        result = subprocess.run([self.program, "queue", *arguments, "--store", self.store], capture_output=True,
                                text=True, timeout=120)
        if result.returncode != 0:
            sys.exit(f"queue {arguments[0]}: {result.stderr}")
        return result.stdout

    def submit(self):
        good = [job(f"good_{i}", i % SEEDS) for i in range(self.options.jobs)]
        poison = [job(f"poison_{i}", 0) for i in range(self.options.poison)]
        jobs = good + poison
        self.random.shuffle(jobs)
        (self.folder / "jobs.jsonl").write_text("\n".join(map(json.dumps, jobs)))
        self.queue("submit", self.folder / "jobs.jsonl")

    def start_worker(self):
        environment = os.environ | {"LD_PRELOAD": str(self.options.faults), "FLOWREEL_FAULT_CRASH": "poison_",
                                    "OMP_NUM_THREADS": "1"}
        command = [self.program, "worker", "--store", self.store, "--output-dir", self.out, "--models",
                   ROOT / "tests/data/golden", "--drain", "--lease", LEASE, "--stall", 3 * LEASE, "--grace", 5,
                   "--max-errors", 50, "--max-crashes", MAX_CRASHES, "--retry-delay", 0.01, "--threads", 1]
        self.workers.append(subprocess.Popen(list(map(str, command)), env=environment, stderr=self.log))

    def children(self, pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
                    for child in (task / "children").read_text().split()]
        return []

    def attack(self):
        """One blow at a worker or the child of one."""
        worker = self.random.choice(self.workers)
        children = self.children(worker.pid)
        kind = self.random.choice(["kill worker", "kill child", "kill child", "end worker", "stop worker",
                                   "stop child"])
        pid = self.random.choice(children) if children and kind.endswith("child") else worker.pid
        blow = {"kill": signal.SIGKILL, "end": signal.SIGTERM, "stop": signal.SIGSTOP}[kind.split()[0]]
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, blow)
            self.done[kind] += 1
            if blow == signal.SIGSTOP:
                self.stopped.append((time.monotonic() + self.random.uniform(0.5, 2.5) * LEASE, pid))

    def wake(self, all_of_them=False):
        for entry in list(self.stopped):
            if all_of_them or entry[0] < time.monotonic():
                self.stopped.remove(entry)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(entry[1], signal.SIGCONT)

    def replace_the_fallen(self):
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < self.options.workers:
            self.start_worker()

    def open_jobs(self):
        states = json.loads(self.queue("stats", "--json"))["jobs"]
        return sum(count for state, count in states.items() if state not in ("succeeded", "failed", "cancelled"))

    def run(self):
        began = time.monotonic()
        end = began + self.options.seconds
        look = began + 2  # at the queue, which takes a while itself
        while time.monotonic() < end:
            self.wake()
            self.replace_the_fallen()
            time.sleep(self.options.pause)
            self.attack()
            if time.monotonic() > look:
                if self.open_jobs() == 0:
                    break
                look = time.monotonic() + 2
        self.wake(all_of_them=True)
        while self.open_jobs() > 0:
            if time.monotonic() > end + 300:
                return time.monotonic() - began
            self.replace_the_fallen()
            time.sleep(0.5)
        for worker in self.workers:
            worker.wait(timeout=60)
        return time.monotonic() - began


def check(farm):
    """What is wrong, a line each; and the jobs."""
    wrong = []
    jobs = [json.loads(line) for line in farm.queue("list", "--json", "--limit", "100000").splitlines()]
    frames = collections.defaultdict(set)
    for one in jobs:
        name, state = one["key"], one["state"]
        folder = farm.out / name
        if name.startswith("poison_"):
            if state != "failed" or folder.exists():
                wrong.append(f"{name} is {state}, results {folder.exists()}; expected a dead job without any")
            continue
        if state != "succeeded":
            wrong.append(f"{name} is {state}: {one.get('failure')}")
            continue
        if one["token"] > 1:  # it was claimed more than once
            history = json.loads(farm.queue("show", name, "--json"))["history"]
            if sum(event["state"] == "succeeded" for event in history) != 1:
                wrong.append(f"{name} succeeded more than once")
        manifest = json.loads((folder / "manifest.json").read_text())
        if hashlib.sha256((folder / "clip.mp4").read_bytes()).hexdigest() != manifest["hashes"]["file"]:
            wrong.append(f"{name}: the clip is not that of its manifest")
        frames[manifest["seed"]].add(manifest["hashes"]["frames"])
    wrong += [f"seed {seed} made {len(made)} different clips" for seed, made in frames.items() if len(made) != 1]
    expected = farm.options.jobs + farm.options.poison
    if len(jobs) != expected:
        wrong.append(f"{len(jobs)} jobs in the queue, expected {expected}")
    left = [p.name for p in farm.out.iterdir() if p.name.endswith(".tmp")]
    left += [p.name for p in (farm.out / ".checkpoints").glob("good_*")]
    if left:
        wrong.append(f"left over: {left}")
    if farm.store.startswith("sqlite:"):
        with sqlite3.connect(farm.store.split(":", 1)[1]) as database:
            if database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                wrong.append("the queue's file is damaged")
    return wrong, jobs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build/release/flowreel")
    parser.add_argument("--faults", default=ROOT / "build/release/tests/faults/libfaults.so")
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seconds", type=float, default=60, help="of attacks")
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--poison", type=int, default=5)
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--pause", type=float, default=0.3, help="seconds between attacks")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        (folder / "pg").mkdir()
        folder.chmod(0o755)
        store = (f"sqlite:{folder}/queue.db" if options.store == "sqlite"
                 else stack.enter_context(postgresql(folder / "pg")))
        farm = Farm(options, folder, store)
        farm.submit()
        try:
            seconds = farm.run()
            wrong, jobs = check(farm)
        finally:
            for worker in farm.workers:
                with contextlib.suppress(ProcessLookupError):
                    worker.kill()
                    os.kill(worker.pid, signal.SIGCONT)
        counts = collections.Counter(one["state"] for one in jobs)
        crashes = sum(one["counters"]["crashes"] for one in jobs)
        releases = sum(one["counters"]["releases"] for one in jobs)
        print(f"{options.store}: {len(jobs)} jobs in {seconds:.0f} s; attacks: "
              + ", ".join(f"{count} x {kind}" for kind, count in sorted(farm.done.items())))
        print("jobs: " + ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
              + f"; {crashes} crashes, {releases} releases")
        if wrong:
            farm.log.flush()
            print("\n".join(["WRONG:", *wrong[:20], "last lines of the workers:",
                             *(folder / "log").read_text().splitlines()[-20:]]))
            return 1
        print("every good job published once with its seed's frames, every poison job dead, nothing left over")
        return 0


if __name__ == "__main__":
    sys.exit(main())
