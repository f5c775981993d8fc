#!/usr/bin/env python3
"""Times the queue: how fast it takes jobs, gives them away, and has a waiting worker begin one.

    tools/bench_queue.py [--store sqlite] [--folder DIR] [--seconds 5] [--samples 50] [--json]

Needs the targets flowreel and queue_bench. The store lies in a new folder within DIR (the system's for temporary
files), whose disk counts: beside the submits stands how often in a second it makes 4 KiB durable (append, fdatasync),
measured before and after by as many processes. Each submit, claim and end of a job is a durable transaction of its
own, and an empty job is a claim and an end.
PostgreSQL is started for it, with its defaults, and stopped again.

A start is timed from the return of submit() to the folder that the worker's child makes for the results; the child has
computed a job before, and the worker waits.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from queue_common import GOLDEN, ROOT, Queue, store_in, tiny_job

CREW = (1, 8)  # processes, each with a connection
BRIEF = {"seconds": 0.3, "samples": 3, "jobs": 3}
# The smallest clip: one frame, one step.
SMALLEST = {"num_frames": 1, "sampling": {"steps": 1}, "checkpoint": {"every_steps": 0}}


class Bench:
    def __init__(self, args, kind, folder, store):
        self.args, self.kind, self.folder, self.store = args, kind, folder, store
        self.rows = []  # (what, value, unit, note)
        self.queue = Queue(args.program, store)
        self.out = folder / "out"
        self.out.mkdir()
        self.job = folder / "job.json"
        self.job.write_text(json.dumps(tiny_job("ID", **SMALLEST)))

    def call(self, *arguments):
        command = [self.args.bench, *map(str, arguments)]
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if result.returncode != 0:
            sys.exit(f"queue_bench {arguments[0]} failed\n{self.log()}")
        return json.loads(result.stdout)

    def rate(self, *arguments):
        pace = self.call(*arguments)
        return pace["calls"] / pace["seconds"]

    def submits_and_claims(self):
        for crew in CREW:
            disk = [self.disk(crew)]
            submits = self.rate("submit", self.store, self.job, crew, self.args.seconds)
            disk.append(self.disk(crew))
            jobs = self.rate("work", self.store, crew)
            disk.append(self.disk(crew))
            self.add_rate(f"durable submits, {crew} at a time", submits, 1, statistics.mean(disk[:2]))
            self.add_rate(f"empty jobs, {crew} at a time", jobs, 2, statistics.mean(disk[1:]))

    def disk(self, crew):
        return self.rate("disk", self.folder, crew, self.args.seconds / 3)

    def add_rate(self, what, rate, transactions, disk):
        each = "" if transactions == 1 else f", {transactions} transactions each"
        self.rows.append((what, rate, "/s", f"{transactions * rate / disk:.2f} of this disk's {disk:.0f}/s{each}"))

    def worker(self):
        command = [self.args.program, "worker", "--store", self.store, "--output-dir", self.out, "--models", GOLDEN,
                   "--threads", 1]
        log = open(self.folder / "log", "w")
        return subprocess.Popen(list(map(str, command)), stderr=log, env=os.environ | {"OMP_NUM_THREADS": "1"})

    def starts(self):
        times = self.call("start", self.store, self.job, self.out, self.args.samples)["ms"]
        for name, value in (("median", statistics.median(times)), ("longest", max(times))):
            self.rows.append((f"submit to start, {name}", value, "ms", f"of {len(times)}, worker warm and idle"))

    def smallest_jobs(self, worker):
        """By the store's clock, from the end of the first to the end of the last."""
        jobs = [tiny_job(f"whole_{i}", **SMALLEST) for i in range(self.args.jobs + 1)]
        self.queue.submit(jobs, self.folder / "jobs.jsonl")
        while self.queue.open_jobs() > 0 and worker.poll() is None:
            time.sleep(1)
        whole = [one for one in self.queue.list() if one["key"].startswith("whole_")]
        if any(one["state"] != "succeeded" for one in whole):
            sys.exit(f"not all jobs were done:\n{self.log()}")
        ended = [one["changed_ms"] for one in whole]
        rate = self.args.jobs / (max(ended) - min(ended)) * 1000
        self.rows.append(("smallest whole jobs, 1 worker", rate, "/s", "one frame of 32 x 16, one step, one thread"))

    def log(self):
        log = self.folder / "log"
        return f"the worker: {log.read_text()[-2000:]}" if log.exists() else ""

    def run(self):
        self.submits_and_claims()
        worker = self.worker()
        try:
            self.starts()
            self.smallest_jobs(worker)
        finally:
            worker.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.wait(timeout=30)
            worker.kill()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build/release/flowreel")
    parser.add_argument("--bench", default=ROOT / "build/release/tools/queue_bench/queue_bench")
    parser.add_argument("--store", choices=["sqlite", "postgresql"], help="default: both")
    parser.add_argument("--folder", help="on the disk that is to be measured")
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement of submits")
    parser.add_argument("--samples", type=int, default=50, help="jobs whose start is timed")
    parser.add_argument("--jobs", type=int, default=100, help="whole jobs")
    parser.add_argument("--brief", action="store_true", help="only whether it runs: the figures say nothing")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if args.brief:
        vars(args).update(BRIEF)
    return args


def report(args, benches):
    if args.json:
        for bench in benches:
            for what, value, unit, note in bench.rows:
                print(json.dumps({"store": bench.kind, "what": what, "value": value, "unit": unit, "note": note}))
        return
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"{cpu}, {os.cpu_count()} cores\n")
    print("| store | | | |\n|---|---|---|---|")
    for bench in benches:
        for what, value, unit, note in bench.rows:
            print(f"| {bench.kind} | {what} | {value:.4g} {unit} | {note} |")


def main():
    args = parse()
    benches = []
    for kind in [args.store] if args.store else ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory(dir=args.folder) as name:
            folder = pathlib.Path(name)
            with store_in(folder, kind) as store:
                benches.append(Bench(args, kind, folder, store))
                benches[-1].run()
    report(args, benches)


if __name__ == "__main__":
    main()
