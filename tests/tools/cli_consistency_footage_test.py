"""`flowreel consistency` of real clips against tools/consistency_reference.py, to the digit.

The values were recorded by tools/make_consistency_golden.py --footage. The folder that holds the clips is
FLOWREEL_FOOTAGE; where ffmpeg decodes or scales them to other frames than those recorded, a test is skipped.
"""

import functools
import json
import os
import pathlib
import sys

import cli_program as cli
from consistency_program import ConsistencyTest

sys.path.insert(0, str(cli.ROOT / "tools"))

import consistency_footage  # noqa: E402 (the path above finds it)

FOOTAGE = pathlib.Path(os.environ.get("FLOWREEL_FOOTAGE", cli.ROOT / "build/release/tests/codecs/footage"))
RECORDED = json.loads((cli.GOLDEN / "consistency/footage.json").read_text(encoding="utf-8"))
# Of what DIS and Farneback find: other versions of OpenCV find other flow, by percents.
TOLERANCE = 1e-6  # absolute
OF_FLOW = ("flicker_mc", "warping_", "motion_", "dynamic_", "static_", "tof")


@functools.lru_cache(maxsize=None)
def footage(name):
    return consistency_footage.read_footage(FOOTAGE / f"{name}.mp4")


class RealFootage(ConsistencyTest):
    def frames(self, name):
        """A folder of the frames, and how many there are in a second."""
        found, recorded = footage(name), RECORDED["clips"][name]["sha256"]
        if found.sha256() != recorded:
            self.skipTest(f"ffmpeg gives other frames of {name} here: SHA-256 {found.sha256()}, recorded {recorded}")
        found.write_pngs(self.folder / name)
        return name, "--fps", repr(found.fps)

    def compare(self, clip, expected):
        same_flow = self.parsed("results.json")["versions"]["opencv"] == RECORDED["versions"]["opencv"]
        compared = 0
        for name, value in expected.items():
            if name.startswith(OF_FLOW) and not same_flow:
                continue
            compared += 1
            with self.subTest(name):
                ours = clip["metrics"][name]["value"]
                self.assertEqual(ours is None, value is None)
                if value is not None:
                    self.assertAlmostEqual(ours, value, delta=TOLERANCE)
        self.assertGreater(compared, len(expected) // 2)

    def check(self, name):
        (clip,) = self.measure(*self.frames(name))
        self.assertEqual((clip["facts"]["frames"], clip["cuts"]), (consistency_footage.FRAMES, []))
        self.compare(clip, RECORDED["clips"][name]["metrics"])

    def test_bikes(self):
        self.check("bikes")

    def test_bigbuckbunny(self):
        self.check("bigbuckbunny")

    def test_carphone_pristine(self):
        self.check("carphone_pristine")

    def test_carphone_distorted_beside_the_pristine_one(self):
        distorted, pristine = (self.frames(name) for name in consistency_footage.PAIR)
        (clip,) = self.measure(*distorted, "--reference", pristine[0])
        recorded = RECORDED["clips"]["carphone_distorted"]
        self.compare(clip, recorded["metrics"] | recorded["pair_metrics"])

    def test_the_file_itself(self):
        """All of its frames, at its own rate, by flowreel's own decoder."""
        path = FOOTAGE / "carphone_pristine.mp4"
        (clip,) = self.measure(path, "--metrics", "si,motion_degree")
        self.assertEqual(clip["facts"]["frames"], int(cli.probe(path)["nb_read_frames"]))
        self.assertAlmostEqual(clip["facts"]["fps"], 30000 / 1001)
        self.assertIn("lossy", clip["warnings"][0])


if __name__ == "__main__":
    cli.main()
