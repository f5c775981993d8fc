"""The HTML report of `flowreel consistency` in Chromium: it loads whole and quietly, fits, and has a dark form."""

import pathlib
import tempfile

import chromium
import cli_program as cli
import textured_clips as clips
from consistency_program import QUIET, ConsistencyTest

chromium.program()  # or there is nothing to do

LONG_NAME = "a_name_without_any_place_to_break_" * 5 + ".mkv"
PROBE = """<!DOCTYPE html><div style="width: 2000px">wide</div><img src="http://probe.example/x.png">
<script>console.error("a word"); missing();</script>"""
# What is wrong with the page itself; the same for every width.
FAULTS = """(page, view) => {
  const ids = [...page.querySelectorAll("[id]")].map(e => e.id);
  return {
    pictures: page.images.length,
    broken: [...page.images].filter(e => !e.complete || !e.naturalWidth || !e.alt).length,
    repeated: ids.filter((id, i) => ids.indexOf(id) !== i),
    dangling: [...page.links].map(e => e.getAttribute("href")).filter(to => !page.getElementById(to.slice(1))),
    empty: [...page.querySelectorAll("path[d], svg[viewBox]")].filter(
        e => /NaN|Infinity|undefined/.test(e.getAttribute("d") || e.getAttribute("viewBox"))).length,
  };
}"""
# Pixels that the page is wider than its window, and what sticks out of it to the right.
OVERFLOW = """(page, view) => {
  const root = page.documentElement, out = root.scrollWidth - view.innerWidth;
  const wide = out <= 0 ? [] : [...page.body.querySelectorAll("*")].filter(
      e => e.getBoundingClientRect().right > view.innerWidth + 1 && !e.closest(".scroll, .strip"));
  return [out, wide.slice(0, 5).map(e => e.outerHTML.slice(0, 80))];
}"""
# The pointer over one frame of a curve: every curve of the clip says its value there, and forgets it afterwards.
HOVER = """(page, view) => {
  const clip = page.querySelector(".clip"), hits = clip.querySelectorAll(".curve .hits");
  const said = () => [...clip.querySelectorAll(".curve output")].filter(e => e.textContent).length;
  const before = said();
  hits[0].children[2].dispatchEvent(new view.PointerEvent("pointerover", {bubbles: true}));
  const during = said();
  clip.dispatchEvent(new view.PointerEvent("pointerleave"));
  return [before, during, said(), hits.length];
}"""


class Report(ConsistencyTest):
    """Of clips of every kind that has parts of its own in the page, beside a baseline."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.place = pathlib.Path(folder.name)
        cls.browser = chromium.Browser(cls.place)
        slow = clips.pan(12, step=(1, 0))
        clips.write(cls.place / "cut.mkv", slow[:6] + [bytes(255 - value for value in frame) for frame in slow[6:]])
        clips.write(cls.place / LONG_NAME, clips.flickering(clips.pan(), 4))
        clips.write(cls.place / "still.mkv", clips.still())
        clips.write(cls.place / "one.mkv", clips.pan(1))
        tiled = ("--width", "64", "--height", "48", "--num-frames", "33", "--steps", "2", "--threads", "1",
                 "--vae-tiling", "on", "--vae-tile", "32x32x16", "--vae-tile-stride", "24x24x12")
        names = ("cut.mkv", LONG_NAME, "still.mkv", "tiled.mp4")
        for command in [
            ("generate", "--model", cli.TINY, "--prompt", "a cat", *tiled, "-o", "tiled.mp4", "--progress", "none"),
            ("consistency", *names, "--json", "base.json", *QUIET),
            ("consistency", *names, "--against", "base.json", "--html", "report.html", *QUIET),
            ("consistency", "one.mkv", "--html", "one.html", *QUIET),
        ]:
            done = cli.run(*command, cwd=cls.place)
            if done.code != 0:
                raise AssertionError(f"{command[0]}: {done.err}")
        (cls.place / "probe.html").write_text(PROBE)
        cls.pages = [cls.place / name for name in ("report.html", "one.html")]

    def test_a_fault_would_be_seen(self):
        """The means of this test are put to a page that has every fault."""
        probe = self.place / "probe.html"
        visit = self.browser.visit(probe)
        self.assertEqual(len(visit.console), 2, visit.console)
        self.assertEqual(visit.requests, ["http://probe.example/x.png"])
        self.assertGreater(self.browser.ask(probe, OVERFLOW, 360)[0], 1000)
        self.assertEqual(self.browser.ask(probe, FAULTS, 360)["broken"], 1)

    def test_loads_quietly_and_nothing_from_elsewhere(self):
        for page in self.pages:
            with self.subTest(page.name):
                visit = self.browser.visit(page)
                self.assertEqual((visit.console, visit.requests), ([], []))
                self.assertTrue("id=\"environment\"" in visit.dom)

    def test_fits_its_window(self):
        for page in self.pages:
            for width in (1280, 360):
                with self.subTest(f"{page.name} {width}"):
                    self.assertEqual(self.browser.ask(page, OVERFLOW, width), [0, []])

    def test_is_whole(self):
        for page in self.pages:
            with self.subTest(page.name):
                faults = self.browser.ask(page, FAULTS, 1280)
                self.assertGreater(faults.pop("pictures"), 0)
                self.assertEqual(faults, {"broken": 0, "repeated": [], "dangling": [], "empty": 0})

    def test_curves_answer_the_pointer(self):
        before, during, after, curves = self.browser.ask(self.pages[0], HOVER, 1280)
        self.assertGreater(curves, 5)
        self.assertEqual((before, after), (0, 0))
        self.assertGreater(during, curves // 2)

    def test_light_and_dark(self):
        for width, height in ((1280, 3200), (360, 6400)):
            light, dark = (self.browser.photograph(self.pages[0], f"{width}.png", width, height, dark)
                           for dark in (False, True))
            for rows in (light, dark):  # something is on it, from top to bottom
                self.assertEqual(len(rows), height // 8)
                for part in range(0, len(rows), len(rows) // 4):
                    self.assertGreater(len(set(b"".join(rows[part : part + len(rows) // 4]))), 20)
            ground = [max(set(pixels), key=pixels.count) for pixels in (b"".join(light), b"".join(dark))]
            self.assertGreater(ground[0], 240)
            self.assertLess(ground[1], 40)


if __name__ == "__main__":
    cli.main()
