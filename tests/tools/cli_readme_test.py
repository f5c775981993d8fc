"""Every flowreel command of the README and of the help texts works as pasted, with a small model for a large one."""

import os
import re
import shlex
import shutil

import cli_program as cli

# In the place of sizes that take hours on a model of any use.
SMALLER = {"--width": "32", "--height": "16", "--num-frames": "5", "--steps": "2", "--threads": "1"}


def commands(text):
    """The commands in a text, each as a list of words, continued lines joined."""
    joined = text.replace("\\\n", " ")
    return [shlex.split(line) for line in joined.splitlines() if re.match(r"\s*(build/release/)?flowreel [a-z]", line)]


class Examples(cli.ProgramTest):
    """The files the examples speak of lie in the folder."""

    def setUp(self):
        super().setUp()
        for name in ("DIR", "HunyuanVideo"):
            self.copy_model(name=name)
        for name in ("street.mp4", "in.mp4"):
            cli.make_clip(self.folder / name, "32x16", 33)
        cli.make_clip(self.folder / "boat.png", "32x16", 1)
        shutil.copytree(cli.ROOT / "configs", self.folder / "configs")

    def smaller(self, words):
        """The command with its sizes replaced; those that `generate` would take from a default are added."""
        words = list(words)
        for option, value in SMALLER.items():
            if option in words:
                words[words.index(option) + 1] = value
            elif words[0] == "generate":
                words += [option, value]
        if words[0] in ("train", "reflow"):
            words += ["--set", "steps=2", "--set", "threads=1"]
        if words[0] == "reflow":
            words += ["--set", "model=DIR"]
        return words

    def run_example(self, words):
        result = self.succeed(*self.smaller(words[1:]))
        if words[1] in ("inspect", "shapes"):
            self.assertTrue(result.out)
            return
        if words[1] in ("train", "reflow"):
            self.assertTrue((self.folder / result.out.strip() / "model_index.json").exists())
            shutil.rmtree(self.folder / "out")
            return
        if words[1] == "consistency":
            self.assertIn("</html>", (self.folder / words[words.index("--html") + 1]).read_text())
            (self.folder / words[words.index("--html") + 1]).unlink()
            return
        option = "-o" if "-o" in words else "--output"
        output = words[words.index(option) + 1]
        self.assertEqual(cli.probe(self.folder / output)["codec_name"], "h264")
        self.assertTrue((self.folder / output).with_suffix(".json").exists())

    def test_readme(self):
        text = (cli.ROOT / "README.md").read_text()
        found = commands("\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)))
        self.assertEqual({words[1] for words in found}, 
                         {"generate", "reconstruct", "inspect", "shapes", "train", "consistency"})
        for words in found:
            with self.subTest(shlex.join(words)):
                self.assertEqual(words[0], "build/release/flowreel")
                self.run_example(words)

    def test_help(self):
        for command in ("generate", "reconstruct", "inspect", "shapes", "train", "reflow", "consistency"):
            with self.subTest(command):
                (example,) = commands(self.succeed(command, "--help").out.partition("Example:")[2])
                self.assertEqual(example[1], command)
                self.run_example(example)

    def test_scripts_of_the_readme_are_there(self):
        for name in re.findall(r"tools/\w+\.sh", (cli.ROOT / "README.md").read_text()):
            self.assertTrue(os.access(cli.ROOT / name, os.X_OK), name)

    def test_exit_codes_of_the_readme_are_those_of_the_program(self):
        text = (cli.ROOT / "README.md").read_text()
        codes = set(re.findall(r"^\| (\d+) \|", text, re.MULTILINE))
        declared = set(re.findall(r"ErrorWithCode<(\d+)>", (cli.ROOT / "errors" / "error.h").read_text()))
        self.assertEqual(declared - codes - {"130"}, set())  # with 143 in one row


if __name__ == "__main__":
    cli.main()
