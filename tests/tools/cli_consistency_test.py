"""`flowreel consistency`: what it prints, what it writes, and of which clips."""

import csv
import hashlib
import html.parser
import json
import os
import xml.etree.ElementTree

import cli_program as cli
import textured_clips as clips
from consistency_program import QUIET, SILENT, ConsistencyTest

GATES = cli.ROOT / "configs/consistency/gates.json"
STATUSES = {"ok", "degenerate_static", "too_few_frames", "no_valid_pixels", "weights_missing", "not_applicable"}
ARROWS = {"higher": "↑", "lower": "↓", "none": "·"}
VAE = {"tiling": "on", "tile_px": [32, 32], "tile_stride_px": [24, 24], "tile_frames": 16, "tile_frame_stride": 12}
TILED = ("--width", "64", "--height", "48", "--num-frames", "33", "--vae-tiling", "on",
         "--vae-tile", "32x32x16", "--vae-tile-stride", "24x24x12", "--seed", "7")
# A tile begins every 24 pixels and every 12 frames after the first one; its border is the middle of the blend.
JOINS = {"chunk_starts": [15, 27], "tile_columns": [28, 52], "tile_rows": [28]}


class Table(ConsistencyTest):
    def rows(self, *arguments):
        """The line about the clip, and {metric: row}."""
        head, *lines = self.succeed("consistency", *arguments, *SILENT).out.splitlines()
        return head, {line.split()[0]: line for line in lines}

    def test_of_a_clip_that_moves(self):
        head, rows = self.rows(self.write("pan.mkv", clips.pan()))
        self.assertEqual(head, "pan.mkv: 64x48, 24 fps, 9 frames")
        self.assertRegex(rows["temporal_flickering"], r"^  temporal_flickering +0\.\d+ +↑ +n=8$")
        self.assertRegex(rows["flicker_mc"], r"^  flicker_mc +0\.\d+ levels +↓ +n=7 +\d+ %$")
        self.assertRegex(rows["motion_degree"], r"^  motion_degree +0\.\d+ diagonals/s +· +n=8$")
        self.assertRegex(rows["seam_p"], r"^  seam_p +- +↑ +not_applicable$")
        self.assertFalse([row for row in rows.values() if row.endswith("static")])
        self.assertLessEqual(max(map(len, rows.values())), 100)

    def test_a_clip_that_stands_still_is_flagged(self):
        head, rows = self.rows(self.write("still.mkv", clips.still()))
        self.assertEqual(head, "still.mkv: 64x48, 24 fps, 9 frames, stands still")
        for name in ("temporal_flickering", "flicker_mc", "adjacent_ssim", "color_drift"):
            self.assertRegex(rows[name], " static$")
        for name in ("motion_degree", "still_ratio", "si"):
            self.assertNotRegex(rows[name], "static$")

    def test_several_clips_side_by_side(self):
        names = [self.write(f"{seed}.mkv", clips.pan(seed=seed)) for seed in range(2)]
        lines = self.succeed("consistency", *names, "--metrics", "flicker_mc,si", *SILENT).out.splitlines()
        self.assertEqual(lines[2].split(), names)
        self.assertRegex(lines[4], r"^  si +· +levels +[\d.]+ +[\d.]+$")

    def test_quiet(self):
        self.assertEqual(self.succeed("consistency", self.write("pan.mkv", clips.pan()), *QUIET).out, "")

    def test_progress(self):
        """Frames are counted in MP4, which says how many there are, and in Matroska, which does not."""
        name = self.write("pan.mp4", clips.pan())
        self.assertRegex(self.succeed("consistency", name).err, r"^measure 0/9\n(measure \d/9\n)*measure 9/9\n$")
        self.write("pan.mkv", clips.pan())
        for name in ("pan.mp4", "pan.mkv"):
            with self.subTest(name):
                lines = self.succeed("consistency", name, "--progress", "json").out.splitlines()
                events = [json.loads(line) for line in lines]
                self.assertEqual(events[-1]["t"], "done")
                self.assertEqual(events[-2] | {"v": 0}, {"t": "progress", "v": 0, "stage": "measure", "step": 9,
                                                        "steps": 9, "pct": 100.0})

    def test_what_fails_is_not_done(self):
        name = self.write("pan.mp4", clips.pan())
        result = self.run_in("consistency", name, "--gate", "si<=1", "--progress", "json")
        self.assertEqual(result.code, 1)
        events = [json.loads(line)["t"] for line in result.out.splitlines()]
        self.assertEqual((events[-1], "done" in events), ("failed", False))

    def test_list_of_metrics(self):
        lines = self.succeed("consistency", "--list-metrics").out.splitlines()
        heads, details = lines[::3], lines[1::3] + lines[2::3]
        self.assertTrue(all(line.startswith("    ") for line in details))
        name = self.write("pan.mkv", clips.pan())
        found = self.metrics(name, "--reference", name)
        listed = [line.split("/", 1)[1].split("@")[0] for line in heads]
        # Those that need a network are measured where they are named.
        found |= self.metrics(name, "--metrics", ",".join(metric for metric in listed if metric not in found))
        self.assertEqual(sorted(heads), sorted(f"{ARROWS[m['direction']]} {m['definition']} [{m['unit']}]"
                                               for m in found.values()))


class Outputs(ConsistencyTest):
    FILES = {"--json": "r.json", "--csv": "r.csv", "--frames-csv": "frames.csv", "--html": "r.html", "--junit": "r.xml"}

    def outputs(self, *arguments, **options):
        """The bytes of every file that can be written, whatever the gates say."""
        files = [word for pair in self.FILES.items() for word in pair]
        result = self.run_in("consistency", *arguments, "--gates", GATES, *files, "--overwrite", *QUIET, **options)
        self.assertIn(result.code, (0, 1), result.err)
        return {name: (self.folder / name).read_bytes() for name in self.FILES.values()}

    def rows(self, name):
        with open(self.folder / name, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def test_are_well_formed_and_agree(self):
        self.outputs(self.write("pan.mkv", clips.pan()), self.write("still.mkv", clips.still()))
        results = self.parsed("r.json")
        self.assertEqual(results["schema_version"], 1)
        self.assertLessEqual({"flowreel", "opencv", "ffmpeg"}, results["versions"].keys())
        self.assertEqual([(clip["name"], clip["still"]) for clip in results["clips"]],
                         [("pan.mkv", False), ("still.mkv", True)])
        for clip in results["clips"]:
            digest = hashlib.sha256((self.folder / clip["name"]).read_bytes()).hexdigest()
            self.assertEqual((clip["sha256"], clip["decode"]), (digest, "flowreel/honour-tags"))
            for name, metric in clip["metrics"].items():
                self.check_metric(name, metric)
        self.check_tables(results["clips"])
        self.check_junit()
        self.check_page()

    def check_metric(self, name, metric):
        self.assertEqual(metric["definition"].split("/")[1], f"{name}@1")
        self.assertIn(metric["status"], STATUSES)
        if metric["status"] == "ok":
            self.assertIsInstance(metric["value"], (int, float), name)
        elif metric["status"] != "degenerate_static":
            self.assertIsNone(metric["value"], name)
        self.assertTrue(0 <= metric["coverage"] <= 1, name)
        self.assertIn(len(metric["per_frame"]), (0, 9), name)

    def check_tables(self, results):
        metrics = {(clip["name"], name): m for clip in results for name, m in clip["metrics"].items()}
        rows = {(row["clip"], row["metric"]): row for row in self.rows("r.csv")}
        self.assertEqual(rows.keys(), metrics.keys())
        values = {}
        for row in self.rows("frames.csv"):
            values.setdefault((row["clip"], row["metric"]), []).append(row["value"])
            self.assertEqual(int(row["frame"]), len(values[row["clip"], row["metric"]]) - 1)
        number = lambda text: float(text) if text else None
        for key, metric in metrics.items():
            row = rows[key]
            self.assertEqual((number(row["value"]), row["status"], int(row["samples"]), float(row["coverage"])),
                             tuple(metric[name] for name in ("value", "status", "samples", "coverage")))
            self.assertEqual([number(text) for text in values.get(key, [])], metric["per_frame"])

    def check_junit(self):
        root = xml.etree.ElementTree.fromstring((self.folder / "r.xml").read_bytes())
        self.assertEqual((root.tag, root.get("tests"), root.get("failures")), ("testsuites", "6", "2"))
        suites = {suite.get("name"): {case.get("name"): [failure.get("type") for failure in case] for case in suite}
                  for suite in root}
        self.assertEqual(suites, {
            "pan.mkv": {"still_ratio<=0.3": [], "duplicate_ratio==0": [], "scene_cuts==0": []},
            "still.mkv": {"still_ratio<=0.3": ["fail"], "duplicate_ratio==0": ["fail"], "scene_cuts==0": []}})

    def check_page(self):
        """Every element is closed, and nothing is loaded from elsewhere."""
        test, opened, empty = self, [], {"meta", "img", "wbr"}

        class Page(html.parser.HTMLParser):
            text = ""

            def handle_starttag(self, tag, attributes):
                if tag not in empty:
                    opened.append(tag)
                for key, value in attributes:
                    if key in ("src", "href"):
                        test.assertRegex(value, "^(#|data:image/png;base64,)")

            def handle_startendtag(self, tag, attributes):
                test.assertNotIn("href", dict(attributes), self.getpos())

            def handle_endtag(self, tag):
                test.assertEqual(opened.pop(), tag, self.getpos())

            def handle_data(self, data):
                self.text += data

        page = Page()
        page.feed((self.folder / "r.html").read_text(encoding="utf-8"))
        self.assertEqual(opened, [])
        for text in ("pan.mkv", "still.mkv", "flicker_mc", "stands still"):
            self.assertTrue(text in page.text, text)
        self.assertFalse("nan" in page.text.split("querySelector")[0].lower().split())

    def test_are_the_same_bytes_again_and_by_any_number_of_threads(self):
        names = [self.write(f"{seed}.mkv", clips.pan(seed=seed)) for seed in range(5)]
        first = self.outputs(*names, "--parallel", 1)
        self.assertEqual(self.outputs(*names, "--parallel", 1), first)
        self.assertEqual(self.outputs(*names, "--parallel", 4), first)
        self.assertEqual(self.outputs(*names, env=os.environ | {"OMP_NUM_THREADS": "3"}), first)

    def test_names_that_need_quotes(self):
        names = [self.write(name, clips.pan(3)) for name in ('a,"b".mkv', "<i>&amp;.mkv", "=1+2.mkv", "drei é 東.mkv")]
        written = self.outputs(*names)
        self.assertEqual([clip["name"] for clip in self.parsed("r.json")["clips"]], names)
        # A name that a spreadsheet would take for a formula is marked as text.
        self.assertEqual({row["clip"] for row in self.rows("r.csv")}, {*names[:2], "'=1+2.mkv", names[3]})
        self.assertFalse(b"<i>" in written["r.html"])
        self.assertEqual([suite.get("name") for suite in xml.etree.ElementTree.fromstring(written["r.xml"])], names)

    def test_only_some_metrics(self):
        found = self.metrics(self.write("pan.mkv", clips.pan()), "--metrics", "si,flicker_mc")
        self.assertEqual(sorted(found), ["flicker_mc", "si"])
        everything = self.metrics("pan.mkv")
        self.assertEqual(found, {name: everything[name] for name in found})


class Inputs(ConsistencyTest):
    def test_a_folder_of_frames(self):
        self.write("pan.mkv", clips.pan())
        self.write("frames/%03d.png", clips.pan())
        (clip,) = self.measure("frames")
        self.assertEqual((clip["name"], clip["decode"], clip["sha256"]), ("frames", "images", ""))
        self.assertEqual({name: m["value"] for name, m in clip["metrics"].items()}, self.values("pan.mkv"))
        (clip,) = self.measure("frames", "--fps", "12.5", "--metrics", "si")
        self.assertEqual(clip["facts"]["fps"], 12.5)

    def test_a_list_of_clips(self):
        self.write("clips/a.mkv", clips.pan())
        self.write("clips/b.mkv", clips.flickering(clips.pan(), 4))
        listed = [{"clip": "b.mkv", "reference": "a.mkv", "prompt_id": "pan", "seed": 2**64 - 1}, {"clip": "a.mkv"}]
        (self.folder / "clips/list.json").write_text(json.dumps({"clips": listed}))
        found = self.measure("--manifest", "clips/list.json")
        self.assertEqual([(clip["name"], clip["prompt_id"], clip["seed"]) for clip in found],
                         [("clips/b.mkv", "pan", 2**64 - 1), ("clips/a.mkv", "", None)])
        self.assertEqual(found[0]["metrics"]["first_divergence_frame"]["value"], 1)
        self.assertNotIn("psnr", found[1]["metrics"])

    def assert_joins(self, clip):
        self.assertEqual({key: clip["facts"][key] for key in JOINS}, JOINS)
        self.assertEqual((clip["prompt_id"], clip["seed"]), ("a cat", 7))
        for name in ("seam_contrast", "seam_p", "tile_seam_contrast", "tile_seam_p"):
            self.assertEqual(clip["metrics"][name]["status"], "ok", name)

    def test_clips_of_generate(self):
        (self.folder / "out").mkdir()
        self.generate(*TILED, "-o", "out/a.mp4")
        self.generate(*TILED, "-o", "out/b.mkv", "--codec", "ffv1")
        (self.folder / "out/notes.json").write_text("{}")
        found = self.measure("--jobs", "out")
        self.assertEqual([clip["name"] for clip in found], ["out/a.mp4", "out/b.mkv"])
        self.assert_joins(found[0])
        self.assert_joins(found[1])
        (self.folder / "out/a.json").unlink()
        self.assert_joins(self.measure("out/a.mp4")[0])  # the clip carries its manifest too

    def test_clips_of_jobs(self):
        job = cli.JOB | {"width": 64, "height": 48, "num_frames": 33, "vae": VAE, "consistency": True}
        (self.folder / "job.json").write_text(json.dumps(job))
        self.succeed("run", "job.json", *SILENT)
        self.assertEqual(self.parsed("out/shot_010/manifest.json")["consistency"]["seam_p"]["status"], "ok")
        self.assert_joins(self.measure("out/shot_010/clip.mp4")[0])
        (clip,) = self.measure("--jobs", "out")
        self.assertEqual(clip["name"], "out/shot_010/clip.mp4")
        self.assert_joins(clip)


class Generate(ConsistencyTest):
    """`generate --consistency`: the frames are measured before they are encoded."""

    def test_the_manifest_says_what_the_frames_say(self):
        self.generate(*TILED, "--codec", "png", "--consistency", "-o", "frames")
        manifest, found = self.parsed("frames.json")["consistency"], self.metrics("frames")
        self.assertEqual(manifest, {name: metric | {"per_frame": []} for name, metric in found.items()})
        self.assertEqual(manifest["seam_p"]["status"], "ok")

    def test_the_same_job_gives_the_same_manifest(self):
        for name in ("a", "b"):
            (self.folder / name).mkdir()
            self.generate("--seed", "7", "--consistency", "-o", f"{name}/o.mp4")
        for name in ("o.json", "o.mp4"):
            self.assertEqual(*((self.folder / folder / name).read_bytes() for folder in ("a", "b")))
        self.assertIn("flicker_mc", self.parsed("a/o.json")["consistency"])

    def test_nothing_is_measured_unless_asked_for(self):
        self.generate("-o", "o.mp4")
        self.assertNotIn("consistency", self.parsed("o.json"))


if __name__ == "__main__":
    cli.main()
