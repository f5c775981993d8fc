"""docs/farms/openjd/template.yaml: checked against the specification's rules, and its tasks run as a session runs them.

The stub of a session fills in the format strings, writes the embedded files and runs onRun with both streams in one
pipe. Where the `openjd` command is installed, it runs the template as well.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import unittest

import farm
from farm import cli

yaml = farm.optional("yaml")

TEMPLATE = farm.RECIPES / "openjd" / "template.yaml"
MESSAGE = re.compile(r"openjd_(progress|status|fail): (.*)")
IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]{0,63}"


class Session:
    """Runs the tasks of the template's one step with these parameters."""

    def __init__(self, template, parameters, folder):
        self.template = template
        (self.step,) = template["steps"]
        self.folder = folder / "session"
        self.folder.mkdir()
        given = {one["name"]: one.get("default") for one in template["parameterDefinitions"]} | parameters
        self.values = {f"Param.{name}": str(value) for name, value in given.items()}
        self.values["Session.WorkingDirectory"] = str(self.folder)
        self.messages = []  # (kind, text) of the last task

    def filled(self, text):
        return re.sub(r"\{\{\s*([\w.]+)\s*\}\}", lambda match: self.values[match[1]], text)

    def lines(self):
        (parameter,) = self.step["parameterSpace"]["taskParameterDefinitions"]
        first, last = self.filled(parameter["range"]).split("-")
        return range(int(first), int(last) + 1)

    def start(self, line):
        self.values["Task.Param.Line"] = str(line)
        for file in self.step["script"]["embeddedFiles"]:
            path = self.folder / file["name"]
            path.write_text(self.filled(file["data"]))
            path.chmod(0o700 if file.get("runnable") else 0o600)
            self.values[f"Task.File.{file['name']}"] = str(path)
        action = self.step["script"]["actions"]["onRun"]
        argv = [self.filled(word) for word in (action["command"], *action["args"])]
        return subprocess.Popen(argv, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def finish(self, process):
        output, _ = process.communicate(timeout=60)
        self.messages = [MESSAGE.fullmatch(line).groups() for line in output.splitlines() if MESSAGE.fullmatch(line)]
        return process.returncode, output

    def said(self, kind):
        return [text for one, text in self.messages if one == kind]


@unittest.skipIf(yaml is None, "package python3-yaml is not installed")
class OpenJobDescription(farm.FarmTest):
    def setUp(self):
        super().setUp()
        self.template = yaml.safe_load(TEMPLATE.read_text())

    def session(self, *jobs):
        parameters = {"Jobs": self.write_lines(*jobs), "Clips": len(jobs), "OutputDir": self.folder / "out",
                      "Program": cli.PROGRAM}
        return Session(self.template, parameters, self.folder)

    def test_the_structure_is_that_of_the_specification(self):
        self.assertEqual(self.template["specificationVersion"], "jobtemplate-2023-09")
        self.assertLessEqual(set(self.template), {"specificationVersion", "name", "parameterDefinitions", "steps"})
        for one in self.template["parameterDefinitions"]:
            self.assertRegex(one["name"], rf"^{IDENTIFIER}$")
            self.assertIn(one["type"], ("STRING", "PATH", "INT"))
        (step,) = self.template["steps"]
        self.assertLessEqual(set(step), {"name", "hostRequirements", "parameterSpace", "script"})
        self.assertLessEqual(set(step["script"]), {"embeddedFiles", "actions"})
        for file in step["script"]["embeddedFiles"]:
            self.assertEqual((set(file), file["type"]), ({"name", "type", "runnable", "data"}, "TEXT"))
            self.assertNotIn("{{", file["data"], "values come as arguments, where a shell cannot read them")
        (action,) = step["script"]["actions"].values()
        self.assertEqual(action["cancelation"]["mode"], "NOTIFY_THEN_TERMINATE")
        self.assertLessEqual(action["cancelation"]["notifyPeriodInSeconds"], 600)

    def test_each_task_renders_its_line_and_tells_its_progress(self):
        session = self.session(*(farm.job(name) for name in "ab"))
        for line in session.lines():
            code, output = session.finish(session.start(line))
            self.assertEqual(code, 0, output)
            progress = [float(text) for text in session.said("progress")]
            self.assertEqual(progress, sorted(progress))
            self.assertTrue(0 <= progress[0] <= progress[-1] == 100, progress)
            self.assertIn("sample 2 of 2", session.said("status"))
        self.assert_done("a", "b")

    def test_a_failed_task_says_why(self):
        for wrong, code, text in ((farm.wrong_key("a"), 65, "/sterngth"), (farm.missing_model("b"), 66, "/nowhere")):
            shutil.rmtree(self.folder / "session", ignore_errors=True)
            session = self.session(wrong)
            self.assertEqual(session.finish(session.start(1))[0], code)
            self.assertIn(text, session.said("fail")[-1])

    def test_a_cancelled_task_saves_its_state_and_goes_on(self):
        long = farm.job("a", **farm.LONG)
        session = self.session(long)
        process = session.start(1)
        self.wait_until(self.checkpoint("a").exists, "a checkpoint")
        process.send_signal(signal.SIGTERM)
        code, output = session.finish(process)
        self.assertEqual(code, 143, output)
        self.assertEqual(len(session.said("fail")), 1, output)
        code, output = session.finish(session.start(1))
        self.assertEqual(code, 0, output)
        self.assertIn("going on from step", output)
        self.assert_like_unbroken(long)

    @unittest.skipIf(shutil.which("openjd") is None, "the openjd command (Python package openjd-cli) is not installed")
    def test_the_openjd_command_runs_it(self):
        lines = self.write_lines(farm.job("a"), farm.job("b"))
        parameters = {"Jobs": lines, "Clips": 2, "OutputDir": self.folder / "out", "Program": cli.PROGRAM}
        options = [word for name, value in parameters.items() for word in ("-p", f"{name}={value}")]
        for command in (["check", TEMPLATE], ["run", TEMPLATE, "--step", "Clip", *options, "--output", "json"]):
            done = subprocess.run(["openjd", *map(str, command)], cwd=self.folder, capture_output=True, text=True,
                                  timeout=120, env=os.environ)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(json.loads(done.stdout[done.stdout.index("{") :])["status"], "success")
        self.assert_done("a", "b")


if __name__ == "__main__":
    cli.main()
