"""How `flowreel consistency` judges: against a baseline, and by gates."""

import json
import math
import pathlib
import tempfile
import xml.etree.ElementTree

import cli_program as cli
import textured_clips as clips
from consistency_program import QUIET, SILENT, ConsistencyTest

GATES = cli.ROOT / "configs/consistency/gates.json"
PAIRS = 9  # one more than an interval takes
MANY = 12
CLEAN, WORSE = ([f"{folder}/{seed}.mkv" for seed in range(PAIRS)] for folder in ("clean", "worse"))


class Verdicts(ConsistencyTest):
    def judge(self, code, texts, *arguments, quiet=True):
        """The exit code, and where it is not 0 one line that names everything in `texts`; gives stdout back."""
        result = self.run_in("consistency", *arguments, *(QUIET if quiet else SILENT))
        self.assertEqual(result.code, code, result.err)
        self.assertEqual(len(result.err.splitlines()), 1 if code else 0, result.err)
        for text in texts:
            self.assertIn(text, result.err if code else result.out)
        return result.out


class Against(Verdicts):
    """Clips that pan in different ways, and the same with flicker."""

    SOME = ("--metrics", "flicker_mc,brightness_flicker,si")

    @classmethod
    def setUpClass(cls):
        """Made once: folders that every test sees in its own."""
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.shared = pathlib.Path(folder.name)
        for seed in range(MANY):
            frames = clips.pan(5, seed=seed, step=(1 + seed % 3, 1 + seed % 2))
            clips.write(cls.shared / f"clean/{seed}.mkv", frames)
            clips.write(cls.shared / f"worse/{seed}.mkv", clips.flickering(frames, 3))

    def setUp(self):
        super().setUp()
        for name in ("clean", "worse"):
            (self.folder / name).symlink_to(self.shared / name)
        self.measure(*CLEAN, out="base.json")

    def compared(self):
        return self.parsed("compared.json")

    def test_the_same_clips_are_not_worse(self):
        out = self.judge(0, [], *CLEAN, "--against", "base.json", "--compare-json", "compared.json", quiet=False)
        self.assertIn(f"{PAIRS} pairs of clips", out)
        compared = self.compared()
        self.assertEqual((compared["pairs"], compared["only_now"], compared["only_baseline"]), (PAIRS, [], []))
        for name, metric in compared["metrics"].items():
            self.assertEqual((metric["mean_difference"], metric["wins"], metric["losses"]), (0, 0, 0), name)
            self.assertIn(metric["verdict"], ("same", "inconclusive"), name)

    def test_flicker_is_worse_and_is_named(self):
        options = ("--against", "base.json", "--compare-json", "compared.json", "--html", "page.html")
        self.judge(1, ["worse", "flicker_mc", "brightness_flicker"], *WORSE, *self.SOME, *options)
        metrics = self.compared()["metrics"]
        self.assertEqual(metrics.keys(), {"flicker_mc", "brightness_flicker", "si", "motion_degree"})
        for name in ("flicker_mc", "brightness_flicker"):
            metric = metrics[name]
            self.assertEqual((metric["verdict"], metric["losses"]), ("worse", PAIRS))
            # Every pixel is off by 3 levels, less what the interpolation had been off before.
            self.assertTrue(2.2 < metric["low"] < metric["mean_difference"] < metric["high"] < 3.3, metric)
            self.assertAlmostEqual(metric["p"], 2 / 2**PAIRS)  # of all signs, only the two that agree are as far off
        self.assertEqual(metrics["si"]["verdict"], "same")
        page = (self.folder / "page.html").read_text(encoding="utf-8")
        self.assertTrue('id="comparison"' in page)

    def test_the_other_way_round_is_better(self):
        self.measure(*WORSE, out="worse.json")
        self.judge(0, [], *CLEAN, *self.SOME, "--against", "worse.json", "--compare-json", "compared.json")
        self.assertEqual(self.compared()["metrics"]["flicker_mc"]["verdict"], "better")

    def test_flicker_is_found_among_all_metrics(self):
        """Judged with forty others it must stand out more: it takes more pairs."""
        clean, worse = ([f"{folder}/{seed}.mkv" for seed in range(MANY)] for folder in ("clean", "worse"))
        self.measure(*clean, out="all.json")
        self.judge(1, ["worse", "flicker_mc", "brightness_flicker"], *worse, "--against", "all.json")

    def test_clips_without_a_partner_are_listed(self):
        extra = self.write("extra.mkv", clips.pan(5))
        out = self.judge(0, ["only here: extra.mkv", "only in the baseline: clean/8.mkv"], *CLEAN[:8], extra,
                         *self.SOME, "--against", "base.json", "--compare-json", "compared.json", quiet=False)
        self.assertIn("8 pairs of clips", out)
        compared = self.compared()
        self.assertEqual((compared["only_now"], compared["only_baseline"]), (["extra.mkv"], ["clean/8.mkv"]))
        self.judge(65, ["partner"], extra, *self.SOME, "--against", "base.json")

    def test_a_clip_that_freezes_is_not_better(self):
        """A clip without motion flickers less, which says nothing."""
        still = [self.write(f"still/{seed}.mkv", clips.still(5, seed)) for seed in range(PAIRS)]
        self.judge(0, [], *still, *self.SOME, "--against", "base.json", "--compare-json", "compared.json")
        metric = self.compared()["metrics"]["flicker_mc"]
        self.assertEqual((metric["verdict"], metric["still_now"]), ("inconclusive", PAIRS))
        self.judge(1, ["flicker_mc~0.5", "stand still"], *still, "--against", "base.json", "--gate", "flicker_mc~0.5")

    def test_gates_that_need_it(self):
        baseline = ("--against", "base.json")
        self.judge(0, [], *CLEAN, *self.SOME, *baseline, "--gate", "flicker_mc~0.5", "--gate", "flicker_mc+0%")
        self.judge(1, ["worse", "flicker_mc"], *WORSE, *self.SOME, *baseline, "--gate", "flicker_mc~0.5",
                   "--junit", "gates.xml")
        (suite,) = xml.etree.ElementTree.parse(self.folder / "gates.xml").getroot()
        self.assertEqual([(case.get("name"), case[0].get("type")) for case in suite], [("flicker_mc~0.5", "fail")])
        few = (*WORSE[:2], *self.SOME, *baseline)
        self.judge(1, ["flicker_mc+10%", "worse/0.mkv"], *few, "--gate", "flicker_mc+10%")
        self.judge(0, [], *few, "--gate", "flicker_mc+9999%")
        self.judge(3, ["flicker_mc~0.5", "2 pairs", "8"], *few, "--gate", "flicker_mc~0.5")
        # What fails is told before what cannot be decided.
        self.judge(1, ["flicker_mc<=1"], *few, "--gate", "flicker_mc~0.5", "--gate", "flicker_mc<=1")


class Gates(Verdicts):
    def setUp(self):
        super().setUp()
        self.write("pan.mkv", clips.pan())
        self.write("flicker.mkv", clips.flickering(clips.pan(), 4))
        self.write("still.mkv", clips.still())

    def test_pass_and_fail(self):
        self.judge(0, ["pass         flicker_mc<=1  pan.mkv"], "pan.mkv", "--gate", "flicker_mc<=1", quiet=False)
        self.judge(1, ["flicker_mc<=1", "flicker.mkv", "expected <= 1"], "pan.mkv", "flicker.mkv", "--gate",
                   "flicker_mc<=1", "--gate", "scene_cuts==0")
        value = self.values("pan.mkv")["si"]
        below, above = math.nextafter(value, 0), math.nextafter(value, math.inf)
        held = [f"si<={value}", f"si<{above}", f"si>={value}", f"si>{below}", f"si=={value}"]
        broken = [f"si<={below}", f"si<{value}", f"si>={above}", f"si>{value}", f"si=={above}"]
        for gates, code in ((held, 0), (broken, 1)):
            options = [word for gate in gates for word in ("--gate", gate)]
            self.judge(code, gates[:1] if code else [], "pan.mkv", *options, "--junit", "gates.xml", "--overwrite")
            (suite,) = xml.etree.ElementTree.parse(self.folder / "gates.xml").getroot()
            self.assertEqual([(case.get("name"), len(case)) for case in suite], [(gate, code) for gate in gates])

    def test_a_gate_before_the_clip(self):
        self.judge(0, [], "--gate", "flicker_mc<=1", "pan.mkv")

    def test_a_gate_is_measured_though_not_asked_for(self):
        self.judge(1, ["flicker_mc<=1"], "flicker.mkv", "--metrics", "si", "--gate", "flicker_mc<=1")

    def test_what_has_no_value_fails(self):
        self.judge(1, ["seam_p>=0.01", "not_applicable"], "pan.mkv", "--gate", "seam_p>=0.01")
        self.judge(1, ["psnr>=30", "not measured"], "pan.mkv", "--gate", "psnr>=30")
        self.write("one.mkv", clips.pan(1))
        self.judge(1, ["flicker_mc<=1", "too_few_frames"], "one.mkv", "--gate", "flicker_mc<=1")

    def test_a_clip_that_stands_still_fails(self):
        self.judge(1, ["flicker_mc<=1", "still.mkv", "stands still"], "still.mkv", "--gate", "flicker_mc<=1")
        self.judge(1, ["still_ratio<=0.3", "still.mkv"], "pan.mkv", "still.mkv", "--gates", GATES)

    def test_those_that_are_shipped(self):
        self.judge(0, [], "pan.mkv", "flicker.mkv", "--gates", GATES)
        self.write("twice.mkv", [frame for frame in clips.pan(6) for _ in "ab"])
        self.judge(1, ["still_ratio<=0.3", "twice.mkv"], "pan.mkv", "twice.mkv", "--gates", GATES)
        slow = clips.pan(12, step=(1, 0))
        self.write("cut.mkv", slow[:6] + [bytes(255 - value for value in frame) for frame in slow[6:]])
        self.judge(1, ["scene_cuts==0", "cut.mkv"], "pan.mkv", "cut.mkv", "--gates", GATES)

    def test_a_file_and_more(self):
        (self.folder / "gates.json").write_text(json.dumps({"gates": ["si>=1"]}))
        self.judge(0, [], "flicker.mkv", "--gates", "gates.json")
        self.judge(1, ["flicker_mc<=1"], "flicker.mkv", "--gates", "gates.json", "--gate", "flicker_mc<=1")


if __name__ == "__main__":
    cli.main()
