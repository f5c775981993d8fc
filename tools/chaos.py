#!/usr/bin/env python3
"""A queue under attack: workers and their children are killed, stopped and asked to end while they work through it.

    tools/chaos.py                                   60 s, 6 workers, SQLite
    tools/chaos.py --store postgresql --seconds 1800 a night's

Jobs come in as long as the attack lasts: 50 good ones and a poison job, which crashes the process that computes it, as
soon as few are left. In the end every good job must have been published exactly once, with the frames that its seed
makes, every poison job must be dead after its limit, and nothing may be left over. Prints figures, and exits with 1
when that is not so. PostgreSQL is started for it, and stopped again.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from queue_common import GOLDEN, ROOT, Queue, store_in, tiny_job

MAX_CRASHES = 8
LEASE = 2.0
SEEDS = 5
CHECKPOINT = {"checkpoint": {"every_steps": 1}}
BATCH = 50  # good jobs that come with one of poison
# How long something is stopped, in leases: a claim outlives the one; a worker loses it in the other, a child may stall.
PAUSES = {"stop": (0.2, 0.8), "stall": (1.5, 4)}
KINDS = ["kill worker", "kill child", "kill child", "end worker", "stop worker", "stall worker", "stop child",
         "stall child"]


class Farm:
    def __init__(self, options, folder, store):
        self.options, self.folder, self.store = options, folder, store
        self.out = folder / "out"
        self.queue = Queue(options.program, store)
        self.log = open(folder / "log", "w")
        self.workers, self.done, self.stopped = [], collections.Counter(), []
        self.good = self.poison = 0  # jobs that were submitted
        self.random = random.Random(options.seed)

    def submit(self, good, poison):
        jobs = [tiny_job(f"good_{i}", seed=i % SEEDS, **CHECKPOINT) for i in range(self.good, self.good + good)]
        jobs += [tiny_job(f"poison_{i}", **CHECKPOINT) for i in range(self.poison, self.poison + poison)]
        self.good, self.poison = self.good + good, self.poison + poison
        self.random.shuffle(jobs)
        self.queue.submit(jobs, self.folder / "jobs.jsonl")

    def start_worker(self):
        environment = os.environ | {"LD_PRELOAD": str(self.options.faults), "FLOWREEL_FAULT_CRASH": "poison_",
                                    "OMP_NUM_THREADS": "1"}
        command = [self.options.program, "worker", "--store", self.store, "--output-dir", self.out, "--models",
                   GOLDEN, "--drain", "--lease", LEASE, "--stall", 2 * LEASE, "--grace", 5,
                   "--max-errors", 50, "--max-crashes", MAX_CRASHES, "--retry-delay", 0.001, "--threads", 1]
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
        kind = self.random.choice(KINDS)
        verb, whom = kind.split()
        if whom == "child" and not children:
            return
        pid = self.random.choice(children) if whom == "child" else worker.pid
        blow = {"kill": signal.SIGKILL, "end": signal.SIGTERM}.get(verb, signal.SIGSTOP)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, blow)
            self.done[kind] += 1
            if verb in PAUSES:
                self.stopped.append((time.monotonic() + self.random.uniform(*PAUSES[verb]) * LEASE, pid))

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

    def feed(self, end):
        while time.monotonic() < end:
            if self.queue.open_jobs() < 2 * BATCH:
                self.submit(BATCH, 1)
            time.sleep(1)

    def attack_until(self, end):
        while time.monotonic() < end:
            self.wake()
            self.replace_the_fallen()
            time.sleep(self.options.pause)
            self.attack()

    def run(self):
        """Attacks for the whole time, then lets it finish; how long both took."""
        began = time.monotonic()
        end = began + self.options.seconds
        with concurrent.futures.ThreadPoolExecutor() as threads:
            feeding = threads.submit(self.feed, end)  # beside it, since each call is a process
            self.attack_until(end)
            feeding.result()
        attacked = time.monotonic() - began
        self.wake(all_of_them=True)
        while self.queue.open_jobs() > 0:
            if time.monotonic() > end + 300:
                break
            self.replace_the_fallen()
            time.sleep(0.5)
        else:
            for worker in self.workers:
                worker.wait(timeout=60)
        return attacked, time.monotonic() - began - attacked


def check(farm):
    """What is wrong, a line each; and the jobs."""
    wrong = []
    jobs = farm.queue.list()
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
            history = json.loads(farm.queue.run("show", name, "--json"))["history"]
            if sum(event["state"] == "succeeded" for event in history) != 1:
                wrong.append(f"{name} succeeded more than once")
        manifest = json.loads((folder / "manifest.json").read_text())
        if hashlib.sha256((folder / "clip.mp4").read_bytes()).hexdigest() != manifest["hashes"]["file"]:
            wrong.append(f"{name}: the clip is not that of its manifest")
        frames[manifest["seed"]].add(manifest["hashes"]["frames"])
    wrong += [f"seed {seed} made {len(made)} different clips" for seed, made in frames.items() if len(made) != 1]
    expected = farm.good + farm.poison
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


def tell(farm, jobs, attacked, finished):
    print(f"{farm.options.store}: {len(jobs)} jobs; {attacked:.0f} s of attacks, {finished:.0f} s to finish; "
          + ", ".join(f"{count} x {kind}" for kind, count in sorted(farm.done.items())))
    states = collections.Counter(one["state"] for one in jobs)
    print("jobs: " + ", ".join(f"{count} {state}" for state, count in sorted(states.items())))
    good = [one["counters"] for one in jobs if one["key"].startswith("good_")]
    print("good jobs: " + ", ".join(f"{sum(one[kind] for one in good)} {kind}" for kind in good[0])
          + f"; the most of one: {max(one['crashes'] for one in good)} crashes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build/release/flowreel")
    parser.add_argument("--faults", default=ROOT / "build/release/tests/faults/libfaults.so")
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seconds", type=float, default=60, help="of attacks")
    parser.add_argument("--jobs", type=int, default=500, help="to begin with")
    parser.add_argument("--poison", type=int, default=5, help="of them, besides")
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--pause", type=float, default=0.3, help="seconds between attacks")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        farm = Farm(options, folder, stack.enter_context(store_in(folder, options.store)))
        farm.submit(options.jobs, options.poison)
        try:
            attacked, finished = farm.run()
            wrong, jobs = check(farm)
        finally:
            for worker in farm.workers:
                with contextlib.suppress(ProcessLookupError):
                    worker.kill()
                    os.kill(worker.pid, signal.SIGCONT)
        tell(farm, jobs, attacked, finished)
        if wrong:
            farm.log.flush()
            print("\n".join(["WRONG:", *wrong[:20], "last lines of the workers:",
                             *(folder / "log").read_text().splitlines()[-20:]]))
            return 1
        print("every good job published once with its seed's frames, every poison job dead, nothing left over")
        return 0


if __name__ == "__main__":
    sys.exit(main())
