"""tools/consistency_sensitivity.py: its numbers, and what it says of results made up here."""

import json
import math
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOOLS))

import consistency_sensitivity as tool  # noqa: E402 (the path above finds it)


class Auc(unittest.TestCase):
    def test_all_pairs_in_order_or_against_it(self):
        self.assertEqual(tool.auc([3, 4], [1, 2]), 1)
        self.assertEqual(tool.auc([1, 2], [3, 4]), 0)

    def test_counts_pairs(self):
        self.assertEqual(tool.auc([2, 5], [1, 3, 4]), 4 / 6)  # 2 > 1; 5 > 1, 3, 4

    def test_equal_ones_count_half(self):
        self.assertEqual(tool.auc([1], [1]), 0.5)
        self.assertEqual(tool.auc([0, 0, 1], [0, 0]), 2 / 3)

    def test_needs_both(self):
        self.assertIsNone(tool.auc([], [1]))
        self.assertIsNone(tool.auc([1], []))


class Monotone(unittest.TestCase):
    def test_direction(self):
        self.assertTrue(tool.is_monotone([1, 2, 2, 5], 1))
        self.assertFalse(tool.is_monotone([1, 2, 2, 5], -1))
        self.assertTrue(tool.is_monotone([5, 3, 1, 0], -1))

    def test_one_step_back_is_enough(self):
        self.assertFalse(tool.is_monotone([1, 3, 2, 5], 1))

    def test_what_does_not_move_is_not(self):
        self.assertFalse(tool.is_monotone([2, 2, 2, 2], 1))

    def test_passes_over_what_is_not_there(self):
        self.assertTrue(tool.is_monotone([1, None, 2, None], 1))
        self.assertFalse(tool.is_monotone([1, None, None, None], 1))
        self.assertFalse(tool.is_monotone([], 1))


class Move(unittest.TestCase):
    def test_is_in_deviations_of_the_clean(self):
        self.assertAlmostEqual(tool.move([3, 5], [1, 2, 3]), 4)  # the deviation is 1
        self.assertAlmostEqual(tool.move([-1], [0, 2]), -1 / math.sqrt(2))

    def test_of_clean_values_that_are_the_same(self):
        self.assertEqual(tool.move([0.5], [0, 0]), math.inf)
        self.assertEqual(tool.move([-0.5], [0, 0]), -math.inf)
        self.assertEqual(tool.move([0, 0], [0, 0]), 0)

    def test_needs_changes_and_two_clean_values(self):
        self.assertIsNone(tool.move([], [1, 2]))
        self.assertIsNone(tool.move([1], [1]))


class Judge(unittest.TestCase):
    def test_of_a_detector(self):
        found = tool.judge({"a": [1, 2, 4, 8], "b": [3, 4, 6, 10]}, 1)
        deviation = math.sqrt(2)
        self.assertEqual(found["monotone"], 1)
        self.assertEqual(found["auc"], 1)
        for value, expected in zip(found["moves"], [1 / deviation, 3 / deviation, 7 / deviation]):
            self.assertAlmostEqual(value, expected)

    def test_of_one_that_moves_the_wrong_way(self):
        found = tool.judge({"a": [1, 2, 4, 8], "b": [3, 4, 6, 10]}, -1)
        self.assertEqual((found["monotone"], found["auc"]), (0, 0))

    def test_either_way_without_a_direction(self):
        found = tool.judge({"a": [3, 2, 1, 0], "b": [4, 3, 2, 1]}, 0)
        self.assertEqual((found["monotone"], found["auc"]), (1, None))

    def test_compares_a_clip_with_itself_only_where_both_are_known(self):
        found = tool.judge({"a": [None, 1, 1, 1], "b": [2, 3, None, 5], "c": [4, 5, 6, 7]}, 1)
        self.assertAlmostEqual(found["moves"][1], 2 / math.sqrt(2))
        self.assertEqual(found["clips"], 2)


class Program(unittest.TestCase):
    """Two clips, one artefact, a metric that sees it and one that does not."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.entries = [{"folder": f"{clip}__{level}", "clip": clip, "level": level,
                         "artefact": "camera_jitter" if level else "clean"} for clip in "ab" for level in range(4)]
        clips = [self.clip(entry["folder"], entry["level"] + (entry["clip"] == "b")) for entry in self.entries]
        self.write("manifest.json", self.entries)
        self.write("first.json", clips[:4])
        self.write("second.json", clips[4:])

    def clip(self, folder, value):
        def metric(direction, value):
            return {"value": value, "status": "ok", "direction": direction}

        return {"name": f"some/where/{folder}/", "metrics": {"jitter": metric("lower", value), "si": metric("none", 7)}}

    def write(self, name, clips):
        (self.folder / name).write_text(json.dumps({"clips": clips}))

    def run_tool(self, *arguments):
        command = [sys.executable, "-B", TOOLS / "consistency_sensitivity.py", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60)

    def test_tables_and_json(self):
        result = self.run_tool("manifest.json", "first.json", "second.json", "-o", "out.json")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("| camera_jitter | jitter ↑ | 2 | 100 % | 1.00 | 1.41 | 2.83 | 4.24 |", result.stdout)
        self.assertIn("| jitter | **2.83** |", result.stdout)
        self.assertIn("| si | 0.00 |", result.stdout)
        found = json.loads((self.folder / "out.json").read_text())
        self.assertEqual(found["clean_clips"], 2)
        self.assertEqual(found["artefacts"]["camera_jitter"]["jitter"]["auc"], 1)

    def test_degenerate_values_are_not_counted(self):
        clips = [self.clip(entry["folder"], 1) for entry in self.entries]
        for clip in clips:
            clip["metrics"]["jitter"]["status"] = "degenerate_static"
        self.write("first.json", clips)
        result = self.run_tool("manifest.json", "first.json")
        self.assertIn("| camera_jitter | jitter ↑ | 0 | 0 % | – | – | – | – |", result.stdout)

    def test_clips_that_are_missing_or_there_twice(self):
        result = self.run_tool("manifest.json", "first.json")
        self.assertEqual((result.returncode, "b__0 is not in the results" in result.stderr), (1, True), result.stderr)
        result = self.run_tool("manifest.json", "first.json", "first.json")
        self.assertEqual((result.returncode, "another clip named a__0" in result.stderr), (1, True), result.stderr)


if __name__ == "__main__":
    unittest.main()
