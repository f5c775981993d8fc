#!/usr/bin/env python3
"""What tests/data/jobs/cases.jsonl says of each job is what configs/job.schema.json says."""

import json
import pathlib
import sys

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[3]


def main():
    validator = jsonschema.Draft202012Validator(json.loads((ROOT / "configs/job.schema.json").read_text()))
    cases = [json.loads(line) for line in (ROOT / "tests/data/jobs/cases.jsonl").read_text().splitlines()]
    wrong = [case for case in cases if validator.is_valid(case["job"]) != case["valid"]]
    for case in wrong:
        print(f"the schema and the verdict part: {json.dumps(case)}; run tools/make_job_cases.py")
    sys.exit(1 if wrong or len({case["valid"] for case in cases}) < 2 else 0)


if __name__ == "__main__":
    main()
