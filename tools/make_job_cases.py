#!/usr/bin/env python3
"""Writes tests/data/jobs/cases.jsonl: job files, good and bad, with what configs/job.schema.json says of each.

    tools/make_job_cases.py

The reader of job files is tested against these verdicts. Needs python3-jsonschema. One thing the schema cannot say: a
seed written with an exponent, 1e19, is a whole number to it, and refused by the reader, since it is not exact.
"""

import json
import pathlib

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASE = {"schema_version": 1, "id": "a", "prompt": "p"}

NUMBERS = [0, 1, -1, 1.5, 16.0, 1e20, 4294967297, "512", True, None, [], {}]
TEXTS = ["x", "", 3, None, []]
VALUES = {
    "schema_version": [1.0, 2, "1", None],
    "id": ["A.b_c-9", "_", "", ".a", "-a", "a/b", "a b", "x" * 128, "x" * 129, "é", 3, None],
    "task": ["t2v", "i2v", "v2v", "decode", "T2V", None],
    "model": [{"preset": None}, {"preset": "shapes@1"}, {"preset": "shapes"}, {"preset": 1}, {"paths": "x"},
              {"weights_sha256": {"vae": "0" * 64}}, {"weights_sha256": {"vae": "0" * 63}},
              {"weights_sha256": {"unet": "0" * 64}}, "m", None],
    "prompt": ["", "\u0416 \n", 3, None],
    "negative_prompt": ["", None, 3],
    "input": TEXTS, "first_frame": TEXTS, "from_latents": TEXTS, "initial_latents": TEXTS,
    "invert": [True, False, 1, None],
    "source_prompt": ["a cat", "", 7, None, "a\u0000b"],
    "strength": [0, 1, 0.5, 1.01, -0.1, "1", None, True],
    "width": NUMBERS, "height": NUMBERS, "num_frames": NUMBERS,
    "fps": [1, 240, 23.976, 0, 241, None, "24", True],
    "seed": [0, 18446744073709551615, 18446744073709551616, -1, 1.5, 7.0, "7", None, True],
    "noise": [{}, {"rng": "torch-cpu"}, {"rng": "cuda"}, {"dtype": "float32"}, {"dtype": "float16"}, {"a": 1}, 3],
    "determinism": ["default", "strict", "portable", None],
    "consistency": [True, False, None, "yes", 1],
    "loras": [[], None],
    "Width": [16],
}
for key, values in {
    "sampling": {"solver": ["euler", "ddpm", "dpm++2m", "unipc", "dopri5", "sde", "Euler", None],
                 "steps": [1, 10000, 10001, 0, 2.0, None],
                 "flow_shift": [7, 0, -1, None], "embedded_guidance_scale": [0, 1000, 1001], "step": [3],
                 "cfg_scale": [1, 0.9, 7.5],
                 "cfg_rescale": [0, 1, 1.5], "cfg_interval": [[0.1, 0.9], [0.5], [0, 1.5], 1, None],
                 "tolerance": [1e-4, 0, 2, None], "grid": ["uniform", "quadratic", "cosine"],
                 "sigmas": [None, [], [1, 0.5], [1.5], ["1"], 1]},
    "checkpoint": {"every_steps": [0, 5, -1, 2.5], "save_latents": [True, 1, None]},
    "vae": {"tiling": ["off", "on", "auto", True], "tile_px": [256, [256, 128], [256], [256, 128.5], 7, None],
            "tile_stride_px": [192, [96, 96]], "tile_frames": [16, 0], "tile_frame_stride": [12, 1.5]},
    "compute": {"device": ["cpu", 0], "dtype": ["auto", "float64"], "threads": [0, 1024, 1025]},
    "limits": {"max_memory_gib": [0, 4.5, -1], "timeout_s": [0, 1, 60.5, "60"]},
    "output": {"codec": ["h264", "ffv1", "png"], "crf": [0, 63, 64, None], "bitrate": [1, 0, None],
               "encoder_threads": [1, 65], "frames": [True, "yes"], "contact_sheet": [False], "allow_blank": [True],
               "name": ["x"]},
}.items():
    VALUES[key] = [{name: value} for name, many in values.items() for value in many] + [None, [], 3, {}]


def documents():
    yield BASE
    for key in BASE:
        yield {name: value for name, value in BASE.items() if name != key}
    for key, many in VALUES.items():
        for value in many:
            yield BASE | {key: value}
    for task, key in [("i2v", "first_frame"), ("v2v", "input"), ("decode", "from_latents"), ("t2v", "input")]:
        yield BASE | {"task": task, key: "x"}
        yield BASE | {"task": task, key: "x", "first_frame": "y"}


    for tiling in ["on", "off", "auto"]:
        yield BASE | {"determinism": "strict", "vae": {"tiling": tiling}}


def main():
    schema = json.loads((ROOT / "configs/job.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    lines = [json.dumps({"valid": validator.is_valid(job), "job": job}) for job in documents()]
    (ROOT / "tests/data/jobs/cases.jsonl").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
