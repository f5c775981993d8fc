"""`evaluate` of ground truth and of a small model, and what it refuses."""

import json

import cli_program as cli
from cli_program import TINY

SMALL_TRUTH = ("--ground-truth", "--prompts", 5, "--seed", 1, "-W", 64, "-H", 64, "--num-frames", 17)


class Evaluate(cli.ProgramTest):
    def evaluate(self, *arguments):
        return self.succeed("evaluate", *arguments, "--progress", "none")

    def test_ground_truth_is_right(self):
        result = self.evaluate(*SMALL_TRUTH, "--output", "seen", "--json", "rates.json")
        lines = result.out.splitlines()
        properties = ["shape", "colour", "motion", "background", "all four"]
        self.assertEqual([line.split("  ")[0] for line in lines[1:6]], properties)
        self.assertIn("100.0 %   56.6 to 100.0 %", lines[5])
        self.assertEqual(lines[6:], ["seen"])
        rates = json.loads((self.folder / "rates.json").read_text())
        self.assertEqual((rates["width"], rates["frames"], rates["rates"]["all four"]["right"]), (64, 17, 5))
        table = (self.folder / "seen" / "results.csv").read_text().splitlines()
        self.assertEqual(len(table), 6)
        self.assertTrue(table[5].endswith(",1,1,1,1,1"), table[5])
        self.assertTrue((self.folder / "seen" / "contact.png").read_bytes().startswith(b"\x89PNG"))

    def test_an_untrained_model_is_wrong(self):
        brief = ("-W", 32, "-H", 32, "--num-frames", 5, "--steps", 2, "--threads", 1)
        result = self.evaluate("--model", TINY, "--prompts", 2, *brief)
        self.assertRegex(result.out, r"all four +0 +2 +0\.0 %")

    def test_an_autoencoder_alone(self):
        brief = ("-W", 64, "-H", 64, "--num-frames", 5, "--threads", 1)
        result = self.evaluate("--autoencoder", "--model", TINY, "--prompts", 2, *brief)
        self.assertRegex(result.out, r"psnr \d+\.\d\d dB  ssim -?0\.\d+  flicker_mc [\d.]+ -> [\d.]+ levels")
        self.assert_refused(64, ["--ground-truth", "--autoencoder"], "evaluate", "--ground-truth", "--autoencoder")

    def test_json_progress_has_stdout_to_itself(self):
        result = self.succeed("evaluate", *SMALL_TRUTH, "--progress", "json")
        lines = [json.loads(line) for line in result.out.splitlines()]
        self.assertEqual(lines[-1]["t"], "done")
        self.assertIn("all four", result.err)

    def test_what_cannot_be_done_is_refused(self):
        self.assert_refused(64, ["--prompts", "0"], "evaluate", "--ground-truth", "--prompts", 0, "--output", "seen")
        self.assert_refused(64, ["--split", "some"], "evaluate", "--ground-truth", "--split", "some")
        self.assert_refused(66, ["nowhere"], "evaluate", "--model", "nowhere", "--output", "seen")
        (self.folder / "results.csv").write_text("mine")
        self.assert_refused(73, ["results.csv"], "evaluate", *SMALL_TRUTH, "--output", ".")


if __name__ == "__main__":
    cli.main()
