"""What the tests of `flowreel consistency` share: results read back strictly, and clips made in the test's folder."""

import json

import cli_program as cli
import textured_clips as clips

SILENT = ("--progress", "none")
QUIET = ("--quiet", *SILENT)


def no_constant(text):
    raise ValueError(f"{text} in JSON")


class ConsistencyTest(cli.ProgramTest):
    def write(self, name, frames, *options, **more):
        """As textured_clips.write(), in this test's folder; gives the name back."""
        clips.write(self.folder / name, frames, *options, **more)
        return name

    def parsed(self, name):
        """JSON without NaN and Infinity."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"), parse_constant=no_constant)

    def measure(self, *arguments, code=0, out="results.json", **options):
        """The clips of the results, in their order."""
        result = self.run_in("consistency", *arguments, "--json", out, "--overwrite", *QUIET, **options)
        self.assertEqual(result.code, code, result.err)
        self.assertEqual(result.out, "")
        return self.parsed(out)["clips"]

    def metrics(self, *arguments, **options):
        (clip,) = self.measure(*arguments, **options)
        return clip["metrics"]

    def values(self, *arguments, **options):
        return {name: m["value"] for name, m in self.metrics(*arguments, **options).items()}
