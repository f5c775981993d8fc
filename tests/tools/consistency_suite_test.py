"""tools/consistency_suite.py: what it orders and how it sets out what was found; the program is not run."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import consistency_suite as suite  # noqa: E402

SUITE = {
    "suite_version": 1, "name": "s", "seeds": [1, 2], "baseline": "a",
    "prompts": {"cat": "a cat", "dog": "a dog"},
    "job": {"width": 64, "sampling": {"solver": "euler", "steps": 20}},
    "arms": {"a": {}, "b": {"job": {"sampling": {"steps": 4}}}},
}


def result(**values):
    metrics = {name: {"value": value, "status": status, "direction": "lower"}
               for name, (value, status) in values.items()}
    return {"clips": [{"metrics": metrics}]}


class Suite(unittest.TestCase):
    def read(self, content):
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / "suite.json"
            path.write_text(json.dumps(content))
            return suite.read_suite(path)

    def test_the_committed_suite_is_whole(self):
        found = suite.read_suite(ROOT / "configs/consistency/suite-shapes.json")
        self.assertGreaterEqual(len(found["prompts"]), 12, "fewer prompts have no verdict after Holm")
        ids = [job["id"] for job in suite.jobs_of(found, found["arms"]["heun-10"], "")]
        self.assertEqual(len(set(ids)), len(found["prompts"]) * len(found["seeds"]))

    def test_an_arm_changes_only_what_it_says(self):
        jobs = list(suite.jobs_of(SUITE, SUITE["arms"]["b"], ""))
        self.assertEqual([job["id"] for job in jobs], ["cat_1", "cat_2", "dog_1", "dog_2"])
        self.assertEqual(jobs[0]["sampling"], {"solver": "euler", "steps": 4})
        self.assertEqual((jobs[0]["width"], jobs[0]["prompt"], jobs[1]["seed"]), (64, "a cat", 2))
        self.assertEqual(jobs[0]["output"]["codec"], "ffv1", "no encoder may be part of what is measured")
        self.assertEqual(SUITE["job"]["sampling"]["steps"], 20)

    def test_what_is_wrong_is_named(self):
        for change, text in [({"suite_version": 2}, "suite_version is 2"), ({"prompts": {}}, "prompts is missing"),
                             ({"baseline": "c"}, "baseline 'c' is no arm"),
                             ({"arms": {"a": {"engine": "x"}}}, "engine 'x'")]:
            with self.subTest(text), self.assertRaises(SystemExit) as stopped:
                self.read(SUITE | change)
            self.assertIn(text, str(stopped.exception))

    def test_a_value_that_means_nothing_is_in_no_mean(self):
        found = result(flicker_mc=(2, "ok"))
        found["clips"] += result(flicker_mc=(0, "degenerate_static"))["clips"]
        self.assertEqual(suite.mean_of(found, "flicker_mc"), 2)
        self.assertIsNone(suite.mean_of(result(flicker_mc=(0, "degenerate_static")), "flicker_mc"))

    def test_the_table_marks_what_differs(self):
        scored = {"a": {"result": result(flicker_mc=(1, "ok"), psnr=(None, "not_applicable")), "compare": {}},
                  "b": {"result": result(flicker_mc=(3, "ok"), psnr=(None, "not_applicable")),
                        "compare": {"metrics": {"flicker_mc": {"verdict": "worse"}}}}}
        lines = suite.table(SUITE, scored).splitlines()
        self.assertEqual(lines[0], "| metric | a | b |")
        self.assertEqual(lines[2], "| flicker_mc ↓ | 1 | 3- |")
        self.assertFalse(any("psnr" in line for line in lines), "a row without a value")

    def test_an_arm_that_is_not_there(self):
        with tempfile.TemporaryDirectory() as name, contextlib.redirect_stderr(io.StringIO()):
            path = pathlib.Path(name) / "suite.json"
            path.write_text(json.dumps(SUITE))
            sys.argv = ["consistency_suite.py", str(path), "--output", name, "--arms", "zz"]
            with self.assertRaises(SystemExit) as stopped:
                suite.main()
        self.assertIn("--arms names 'zz'; there are a, b", str(stopped.exception))


if __name__ == "__main__":
    unittest.main()
