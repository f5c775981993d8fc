"""tools/consistency_artefacts.py: every artefact is what it says, and no more. Skipped (4) without OpenCV's Python."""

import pathlib
import sys
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOOLS))

try:
    import numpy as np

    import consistency_artefacts as tool  # it needs OpenCV
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(4)

LENGTH, WIDTH, HEIGHT = 19, 72, 48


def clips():
    return {name: tool.synthetic_clip(np.random.default_rng(seed), LENGTH, WIDTH, HEIGHT)
            for seed, name in enumerate("ab")}


class Artefacts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clips = clips()
        names = [artefact.__name__ for artefact in tool.ARTEFACTS]
        cls.made = {(clip, artefact, index): frames.astype(int)
                    for clip, artefact, _, index, _, frames in tool.variants(cls.clips, names, seed=5)}
        cls.clean = cls.clips["a"].astype(int)

    def of(self, name, index):
        return self.made["a", name, index]

    def strength(self, name, index):
        return next(strengths for artefact, strengths in tool.ARTEFACTS.items() if artefact.__name__ == name)[index - 1]

    def test_all_are_there_and_clean_ones_untouched(self):
        self.assertEqual(len(self.made), 2 * (1 + 3 * len(tool.ARTEFACTS)))
        np.testing.assert_array_equal(self.of("clean", 0), self.clean)
        self.assertEqual({frames.shape for frames in self.made.values()}, {(LENGTH, HEIGHT, WIDTH, 3)})

    def test_the_same_seed_gives_the_same_pictures(self):
        again = dict(((clip, artefact, index), frames)
                     for clip, artefact, _, index, _, frames in tool.variants(clips(), ["residual_noise"], seed=5))
        np.testing.assert_array_equal(again["a", "residual_noise", 2], self.of("residual_noise", 2))
        other = [frames for clip, artefact, _, index, _, frames in tool.variants(clips(), ["residual_noise"], seed=6)
                 if (clip, artefact, index) == ("a", "residual_noise", 2)]
        self.assertTrue((other[0] != self.of("residual_noise", 2)).any())

    def test_more_strength_is_further_from_clean(self):
        names = {artefact.__name__ for artefact in tool.ARTEFACTS} - {"scene_cut"}  # whose strength is a number of cuts
        for name in names:
            far = [np.abs(self.of(name, index) - self.clean).mean() for index in (1, 2, 3)]
            self.assertTrue(0 < far[0] < far[1] < far[2], f"{name}: {far}")

    def test_flicker_is_on_every_other_frame(self):
        change = (self.of("brightness_flicker", 2) - self.clean).mean(axis=(1, 2, 3))
        np.testing.assert_allclose(change, 3 * (np.arange(LENGTH) % 2), atol=0.01)

    def test_shimmer_stays_in_its_place(self):
        change = np.abs(self.of("texture_shimmer", 3) - self.clean)
        self.assertGreater(change[:, 16:32, :36].mean(), 3)
        self.assertEqual(change[:, :16].max() + change[:, 32:].max() + change[:, :, 36:].max(), 0)

    def test_seams_are_where_the_manifest_says(self):
        scene = tool.Scene(self.clips["a"], None, None)
        self.assertEqual((scene.chunk_starts, scene.tile_columns), ([9, 17], [24, 48]))
        change = self.of("chunk_seam", 3) - self.clean
        steps = np.abs(np.diff(change, axis=0)).mean(axis=(1, 2, 3))
        self.assertEqual(set(np.flatnonzero(steps > 1) + 1), {9, 17})
        change = self.of("tile_seam", 3) - self.clean
        steps = np.abs(np.diff(change, axis=2)).mean(axis=(0, 1, 3))
        self.assertEqual(set(np.flatnonzero(steps > 1) + 1), {24, 48})

    def test_colour_drifts_evenly(self):
        change = (self.of("color_drift", 3) - self.clean).mean(axis=(1, 2))
        even = np.linspace(0, self.strength("color_drift", 3), LENGTH)
        np.testing.assert_allclose(change, np.stack([even, 0 * even, -even], axis=1), atol=0.05)

    def test_frames_that_repeat(self):
        still = (np.diff(self.of("duplicates", 2), axis=0) == 0).all(axis=(1, 2, 3))
        self.assertEqual(list(np.flatnonzero(still) + 1), [6, 12, 18])
        still = (np.diff(self.of("frozen", 2), axis=0) == 0).all(axis=(1, 2, 3))
        self.assertEqual(list(np.flatnonzero(still) + 1), list(range(10, 19)))

    def test_noise_has_its_deviation(self):
        change = self.of("residual_noise", 2) - self.clean
        self.assertAlmostEqual(change.std(), np.hypot(3, np.sqrt(1 / 12)), delta=0.05)

    def test_jitter_is_a_shift(self):
        frame = self.clips["a"][0].astype(np.float32)
        np.testing.assert_allclose(tool.shifted(frame, (3, -2))[:-2, 3:], frame[2:, :-3], atol=1e-3)

    def test_cuts_lead_to_the_other_clip_and_back(self):
        found = self.of("scene_cut", 2)
        from_other = (found == self.clips["b"]).all(axis=(1, 2, 3))
        self.assertEqual(list(np.flatnonzero(from_other)), list(range(6, 13)))
        np.testing.assert_array_equal(found[~from_other], self.clean[~from_other])

    def test_only_the_first_frame_is_at_fault(self):
        change = self.of("first_frame", 2) - self.clean
        self.assertAlmostEqual(change[0].mean(), -12, delta=0.5)
        self.assertEqual(np.abs(change[1:]).max(), 0)

    def test_contrast_and_sharpness_fall(self):
        ratio = self.of("contrast_drift", 3)[-1].std() / self.clean[-1].std()
        self.assertAlmostEqual(ratio, 1 - self.strength("contrast_drift", 3), delta=0.01)
        detail = [np.abs(np.diff(frames[-1], axis=1)).mean() for frames in (self.clean, self.of("sharpness_drift", 3))]
        self.assertLess(detail[1], detail[0] / 2)

    def test_flowreel_reads_the_same_joins(self):
        """A tile k >= 1 begins at its stride (in time one frame later), and its border is the middle of the blend."""
        facts = tool.sidecar(tool.Scene(self.clips["a"], None, None), 24)
        vae = facts["vae"]
        self.assertEqual((vae["tile_frames"], vae["tile_frame_stride"]), (8, 8))
        self.assertEqual(list(range(vae["tile_frame_stride"] + 1, LENGTH, vae["tile_frame_stride"])), [9, 17])
        self.assertEqual((vae["tile_px"], vae["tile_stride_px"]), ([24, HEIGHT], [24, HEIGHT]))


if __name__ == "__main__":
    unittest.main()
