"""tools/bench_queue.py in its brief form: it runs and prints all its figures. What they are is for a quiet machine.

    bench_queue_test.py PROGRAM QUEUE_BENCH STORE
"""

import json
import pathlib
import subprocess
import sys

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools/bench_queue.py"
EXPECTED = ["durable submits, 1 at a time", "empty jobs, 1 at a time", "durable submits, 8 at a time",
            "empty jobs, 8 at a time", "submit to start, median", "submit to start, longest",
            "smallest whole jobs, 1 worker"]


def main():
    program, bench, store = sys.argv[1:]
    command = [sys.executable, "-B", TOOL, "--program", program, "--bench", bench, "--store", store, "--brief",
               "--json"]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=240)
    if result.returncode != 0:
        print(result.stdout)
        return result.returncode
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    print(result.stdout)
    wrong = [row for row in rows if row["store"] != store or not row["value"] > 0]
    if [row["what"] for row in rows] != EXPECTED or wrong:
        print(f"expected, all of {store} and above 0: {EXPECTED}; wrong: {wrong}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
