"""`flowreel consistency`: values that follow from how a clip is made, and clips of every odd kind."""

import math
import subprocess

import cli_program as cli
import textured_clips as clips
from consistency_program import ConsistencyTest

SEAMS = {"seam_contrast", "seam_p", "seam_dc_contrast", "seam_dc_p", "tile_seam_contrast", "tile_seam_p"}
JITTER = {"jitter", "jitter_rotation"}  # it takes 64 pixels or more each way
OF_MOTION = {"flicker_mc", "flicker_mc_p95", "warping_error", "warping_ratio", "motion_degree", "motion_degree_p95",
             "dynamic_degree_dis", "dynamic_degree_dis_score", "static_filter_dis"} | JITTER
OF_STRUCTURE = {"adjacent_ssim", "first_frame_ssim", "drift_curve"}
OF_ONE_FRAME = {"si", "si_max", "noise_sigma"}
OF_TWO_FRAMES = OF_ONE_FRAME | {
    "scene_cuts", "temporal_flickering", "warping_error", "warping_ratio", "motion_degree", "motion_degree_p95",
    "still_ratio", "duplicate_ratio", "longest_freeze_s", "adjacent_ssim", "adjacent_psnr", "first_frame_ssim",
    "color_drift", "color_drift_2000", "ti", "ti_max"}


class Values(ConsistencyTest):
    def test_of_known_faults(self):
        found = self.values(self.write("flicker.mkv", clips.flickering(clips.still(), 4)))
        self.assertAlmostEqual(found["temporal_flickering"], 1 - 4 / 255, delta=1e-6)
        for name in ("brightness_flicker", "brightness_flicker_max", "flicker_mc"):
            self.assertAlmostEqual(found[name], 4, delta=1e-6)
        found = self.values(self.write("twice.mkv", [frame for frame in clips.pan(6) for _ in "ab"]))
        self.assertAlmostEqual(found["still_ratio"], 6 / 11)
        self.assertAlmostEqual(found["duplicate_ratio"], 6 / 11)
        self.assertAlmostEqual(found["longest_freeze_s"], 1 / 24)

    def test_flicker_that_motion_hides(self):
        """Of a pan, the plain difference says next to nothing; the others say how many levels."""
        clean = self.values(self.write("pan.mkv", clips.pan()))
        found = self.values(self.write("flicker.mkv", clips.flickering(clips.pan(), 4)))
        self.assertAlmostEqual(found["temporal_flickering"], clean["temporal_flickering"], delta=0.002)
        self.assertAlmostEqual(found["flicker_mc"], 4, delta=0.1)
        self.assertAlmostEqual(found["brightness_flicker"], 4, delta=0.1)
        self.assertLess(clean["flicker_mc"], 0.5)

    def test_of_motion(self):
        found = self.values(self.write("pan.mkv", clips.pan(step=(2, 1))))
        speed = math.hypot(2, 1) * 24 / math.hypot(*clips.SIZE)
        for name in ("motion_degree", "motion_degree_p95"):
            self.assertAlmostEqual(found[name], speed, delta=0.02 * speed)
        slow = self.values(self.write("slow.mkv", clips.pan(step=(2, 1)), rate=12))
        self.assertAlmostEqual(slow["motion_degree"], found["motion_degree"] / 2)
        self.assertEqual(slow["flicker_mc"], found["flicker_mc"])

    def test_of_a_cut(self):
        slow = clips.pan(12, step=(1, 0))
        cut = slow[:6] + [bytes(255 - value for value in frame) for frame in slow[6:]]
        (clip,) = self.measure(self.write("cut.mkv", cut))
        self.assertEqual((clip["cuts"], clip["metrics"]["scene_cuts"]["value"]), ([6], 1))
        for name, frames in (("warping_error", {6}), ("adjacent_ssim", {6}), ("flicker_mc", {5, 6})):
            without = {t for t, v in enumerate(clip["metrics"][name]["per_frame"]) if v is None} - {0, 11}
            self.assertEqual(without, frames, name)
        # VBench's own metric knows no cuts.
        self.assertIsNotNone(clip["metrics"]["temporal_flickering"]["per_frame"][6])

    def test_of_a_reference(self):
        frames = clips.pan()
        self.write("pan.mkv", frames)
        self.write("other.mkv", frames[:3] + [clips.brighter(frame, 4) for frame in frames[3:]])
        same = self.metrics("pan.mkv", "--reference", "pan.mkv")
        divergence = same["first_divergence_frame"]
        self.assertEqual((divergence["status"], divergence["value"], divergence["note"]),
                         ("ok", 9, "identical"))
        self.assertEqual([same[name]["value"] for name in ("psnr", "ssim", "temporal_profile_mae", "tof")],
                         [100, 1, 0, 0])
        other = self.metrics("other.mkv", "--reference", "pan.mkv")
        self.assertEqual(other["first_divergence_frame"]["value"], 3)
        self.assertAlmostEqual(other["psnr"]["value"], 10 * math.log10(255**2 / (16 * 6 / 9)))
        self.assertEqual(other["psnr"]["per_frame"][:3], [100] * 3)
        self.assertAlmostEqual(other["psnr"]["per_frame"][3], 20 * math.log10(255 / 4))
        self.assertAlmostEqual(other["temporal_profile_mae"]["value"], 4 * 6 / 9)
        self.assertTrue(0.99 < other["ssim"]["value"] < 1)
        alone = self.values("other.mkv")
        self.assertEqual({name: other[name]["value"] for name in alone}, alone)


class OddClips(ConsistencyTest):
    def assert_without(self, clip, status, names):
        """Exactly these have no value, all for one reason; seams, for which no joins are known, have none anyway."""
        metrics = clip["metrics"]
        self.assertEqual({name for name, m in metrics.items() if m["value"] is None} - SEAMS, set(names) - SEAMS)
        self.assertEqual({metrics[name]["status"] for name in names} - {status}, set())
        self.assertEqual({metrics[name]["status"] for name in SEAMS}, {"not_applicable"})

    def one(self, *arguments):
        (clip,) = self.measure(*arguments)
        return clip

    def test_one_frame(self):
        clip = self.one(self.write("one.mkv", clips.pan(1)))
        self.assertEqual(clip["facts"]["frames"], 1)
        self.assert_without(clip, "too_few_frames", clip["metrics"].keys() - OF_ONE_FRAME - SEAMS)

    def test_two_frames(self):
        clip = self.one(self.write("two.mkv", clips.pan(2)))
        self.assertFalse(clip["still"])
        self.assert_without(clip, "too_few_frames", clip["metrics"].keys() - OF_TWO_FRAMES - SEAMS)

    def test_sides_that_are_odd(self):
        clip = self.one(self.write("odd.mkv", clips.pan(size=(45, 31)), size=(45, 31)))
        self.assertEqual((clip["facts"]["width"], clip["facts"]["height"]), (45, 31))
        self.assert_without(clip, "no_valid_pixels", JITTER)
        self.assertEqual(clip["warnings"], [])

    def test_too_small_for_motion(self):
        clip = self.one(self.write("tiny.mkv", clips.pan(size=(8, 8)), size=(8, 8)))
        self.assert_without(clip | {"metrics": {name: m for name, m in clip["metrics"].items()
                                                if name not in OF_STRUCTURE}}, "not_applicable", OF_MOTION)
        self.assertEqual({clip["metrics"][name]["status"] for name in OF_STRUCTURE}, {"not_applicable"})
        self.assertFalse(clip["still"])
        one = self.one(self.write("dot.mkv", [bytes([t, t, t]) for t in range(9)], size=(1, 1)))
        self.assertEqual(one["metrics"]["temporal_flickering"]["status"], "ok")

    def test_turned_to_portrait(self):
        self.write("upright.mp4", clips.pan(), "-c:v", "libx264", "-qp", "0")
        turn = ["ffmpeg", "-v", "error", "-i", "upright.mp4", "-c", "copy", "-metadata:s:v", "rotate=90", "turned.mp4"]
        subprocess.run(turn, cwd=self.folder, check=True)
        if not cli.probe(self.folder / "turned.mp4").get("side_data_list"):
            turn = ["ffmpeg", "-v", "error", "-y", "-display_rotation", "90", "-i", "upright.mp4", "-c", "copy"]
            subprocess.run([*turn, "turned.mp4"], cwd=self.folder, check=True)
        upright, turned = self.one("upright.mp4"), self.one("turned.mp4")
        self.assertEqual((turned["facts"]["width"], turned["facts"]["height"]), (48, 64))
        self.assert_without(turned, "no_valid_pixels", JITTER)
        for name in ("temporal_flickering", "adjacent_psnr", "si", "color_drift"):  # the same whichever way up
            self.assertAlmostEqual(turned["metrics"][name]["value"], upright["metrics"][name]["value"], 6)

    def test_more_than_eight_bits(self):
        clip = self.one(self.write("ten.mkv", clips.pan(), "-c:v", "ffv1", "-pix_fmt", "yuv420p10le"))
        self.assertEqual(clip["warnings"], ["yuv420p10le is measured in 8 bits, rounded"])
        self.assert_without(clip, "no_valid_pixels", JITTER)

    def test_transparency(self):
        opaque = self.values(self.write("opaque.mkv", clips.pan()))
        for pixels in ("yuva420p", "bgra"):
            clip = self.one(self.write(f"{pixels}.mkv", clips.pan(), "-c:v", "ffv1", "-pix_fmt", pixels))
            self.assertEqual(clip["warnings"], [f"{pixels}: transparency is left out"])
        self.assertEqual({name: m["value"] for name, m in clip["metrics"].items()}, opaque)

    def test_frames_that_are_not_evenly_spaced(self):
        """At 24 frames a second, then half as many after a gap: nine within 17/24 s and what the last one lasts."""
        uneven = ["-vf", "setpts='if(lt(N,5),N,2*N+1)'", "-fps_mode", "vfr"]
        for name, codec in (("uneven.mp4", ("-c:v", "libx264")), ("uneven.mkv", clips.LOSSLESS)):
            with self.subTest(name):
                clip = self.one(self.write(name, clips.pan(), *uneven, *codec))
                self.assertIn("not evenly spaced", clip["warnings"][0])
                self.assert_without(clip, "no_valid_pixels", JITTER)
                self.assertTrue(11 < clip["facts"]["fps"] < 14, clip["facts"])

    def test_warnings_about_lossy_coding(self):
        clip = self.one(self.write("lossy.mp4", clips.pan(24), "-c:v", "libx264", "-bf", "3", "-x264-params",
                                   "b-adapt=0"))
        self.assertEqual((clip["facts"]["mini_gop"], clip["facts"]["key_frames"]), (4, [0]))
        self.assertIn("lossy h264", clip["warnings"][0])
        self.assertIn("B-frames every 4 frames", clip["warnings"][1])
        plain = self.one(self.write("plain.mp4", clips.pan(24), "-c:v", "libx264", "-bf", "0"))
        self.assertEqual((plain["facts"]["mini_gop"], len(plain["warnings"])), (0, 1))

    def test_an_animation(self):
        clip = self.one(self.write("pan.gif", clips.pan()))
        self.assertEqual(clip["facts"]["frames"], 9)


if __name__ == "__main__":
    cli.main()
