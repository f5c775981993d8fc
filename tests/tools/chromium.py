"""Headless Chromium, for the tests of pages: pictures of them, what they say on the console, what they ask the network.

Nothing can be reached from it. Where it is not installed a test file ends with 4, which counts as skipped, unless
FLOWREEL_REQUIRE_CHROMIUM is 1.
"""

import dataclasses
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--allow-file-access-from-files",
         "--virtual-time-budget=2000")
DARK = ("--force-dark-mode", "--blink-settings=preferredColorScheme=0")
# A page in a frame of a given width, and what an expression in it says once both are there.
WRAPPER = """<!DOCTYPE html><html><body><iframe id="frame" src="{page}" width="{width}" height="900" style="border:0">
</iframe><pre id="said"></pre><script>
addEventListener("load", () => {{
  const page = document.getElementById("frame").contentDocument, view = page.defaultView;
  document.getElementById("said").textContent = JSON.stringify(({expression})(page, view));
}});
</script></body></html>"""


def program():
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("FLOWREEL_REQUIRE_CHROMIUM") == "1":
            sys.exit("Chromium is not installed; expected one of " + ", ".join(NAMES))
        print("skipped: Chromium is not installed")
        sys.exit(4)
    return found


@dataclasses.dataclass
class Visit:
    dom: str
    console: list  # lines of errors, warnings and words of the page
    requests: list  # addresses that the page itself asked for


class Browser:
    def __init__(self, folder):
        """The folder holds its profile and what it writes."""
        self.program, self.folder = program(), pathlib.Path(folder)

    def visit(self, page, *options):
        log = self.folder / "network.json"
        log.unlink(missing_ok=True)
        done = self._run(page, "--dump-dom", f"--log-net-log={log}", *options)
        console = re.findall(r":CONSOLE[:(].*", done.stderr)
        return Visit(done.stdout, console, requests_of(json.loads(log.read_text())))

    def ask(self, page, expression, width):
        """What a JavaScript function of the page's document and window gives, in a frame that wide."""
        wrapper = page.parent / "wrapper.html"
        wrapper.write_text(WRAPPER.format(page=page.name, width=width, expression=expression))
        visit = self.visit(wrapper, f"--window-size={width + 40},1000")
        said = re.search(r'<pre id="said">(.+?)</pre>', visit.dom, re.DOTALL)
        if said is None:
            raise AssertionError(f"nothing was said; on the console: {visit.console}")
        return json.loads(html.unescape(said[1]))

    def photograph(self, page, name, width=1280, height=3200, dark=False):
        """The picture as rows of grey levels, an eighth of its size."""
        path = self.folder / name
        self._run(page, f"--window-size={width},{height}", f"--screenshot={path}", *(DARK if dark else ()))
        scale = ["-vf", f"scale={width // 8}:{height // 8}:flags=area,format=gray", "-f", "rawvideo", "-"]
        command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), *scale]
        pixels = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        return [pixels[at : at + width // 8] for at in range(0, len(pixels), width // 8)]

    def _run(self, page, *options):
        command = [self.program, *FLAGS, f"--user-data-dir={self.folder / 'profile'}", *options, page.as_uri()]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)


def requests_of(log):
    """Those of pages, not those of Chromium itself, and not of files."""
    start = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    found = [event["params"] for event in log["events"] if event["type"] == start and "url" in event.get("params", {})]
    asked = [one["url"] for one in found if one.get("initiator") != "not an origin"]
    return [url for url in asked if not url.startswith("file:")]
