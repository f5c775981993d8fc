"""docs/farms/flamenco: the job type compiled by a JavaScript engine, and its tasks run as a Flamenco worker runs them.

There is no Flamenco here. What its Manager gives a script (author, path, print, job) is written down below; the stub of
the worker replaces the variables, runs the argv with both streams in one pipe, reads lines of at most 40 KiB, waits.
"""

import json
import os
import shutil
import subprocess
import unittest

import farm
from farm import cli

yaml = farm.optional("yaml")

FOLDER = farm.RECIPES / "flamenco"
LONGEST_LINE = 40 * 1024

# The script comes between the two. ES5, as the smallest engine speaks it.
BEFORE = """
if (typeof print === "undefined") { print = function (text) { console.log(text); }; }
var author = {
  Task: function (name, type) {
    if (!name.trim() || !type.trim()) { throw "author.Task needs a name and a type"; }
    return {name: name, type: type, commands: [], dependencies: [],
            addCommand: function (command) { this.commands.push(command); },
            addDependency: function (task) { this.dependencies.push(task.name); }};
  },
  Command: function (name, parameters) { return {name: name, parameters: parameters}; }
};
var path = {
  basename: function (file) { return file.replace(/.*\\//, ""); },
  stem: function (file) { return path.basename(file).replace(/\\.[^.]*$/, ""); }
};
"""
AFTER = """
var job = %s;
job.tasks = [];
job.addTask = function (task) { job.tasks.push(task); };
compileJob(job);
print(JSON.stringify({type: JOB_TYPE, tasks: job.tasks}));
"""


def engine():
    return next((name for name in ("node", "qjs", "duk") if shutil.which(name)), None)


@unittest.skipIf(engine() is None, "no JavaScript engine: package duktape, quickjs or nodejs")
@unittest.skipIf(yaml is None, "package python3-yaml is not installed")
class Flamenco(farm.FarmTest):
    def submission(self, *files):
        submission = json.loads((FOLDER / "submission.json").read_text())
        submission["settings"] = {"job_files": "\n".join(map(str, files)), "output_dir": str(self.folder / "out")}
        return submission

    def run_script(self, submission):
        script = self.folder / "script.js"
        script.write_text(BEFORE + (FOLDER / "flowreel.js").read_text() + AFTER % json.dumps(submission))
        return subprocess.run([engine(), script], capture_output=True, text=True, timeout=30)

    def tasks(self, *jobs):
        done = self.run_script(self.submission(*self.write_files(*jobs)))
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return json.loads(done.stdout)["tasks"]

    def argv(self, task):
        """The words that the worker runs: variables of its platform in the place of their names."""
        (command,) = task["commands"]
        self.assertEqual(command["name"], "exec")
        variables = yaml.safe_load((FOLDER / "variables.yaml").read_text())["variables"]
        words = [command["parameters"]["exe"], *command["parameters"]["args"]]
        for name, variable in variables.items():
            (value,) = [one["value"] for one in variable["values"] if one["platform"] == "linux"]
            words = [word.replace("{" + name + "}", value) for word in words]
        self.assertEqual(words[0], "/opt/flowreel/bin/flowreel")
        return [cli.PROGRAM, *words[1:]]

    def start(self, task):
        return subprocess.Popen(self.argv(task), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)

    def work(self, task):
        """(exit code, lines of the log), the pipe read to its end before the wait."""
        process = self.start(task)
        lines = []
        with process.stdout:
            while line := process.stdout.readline(LONGEST_LINE):
                self.assertTrue(line.endswith(b"\n"), line[:80])
                lines.append(line.decode().rstrip("\n"))
        return process.wait(timeout=30), lines

    def test_the_settings_of_the_job_type_are_those_submitted(self):
        submission = json.loads((FOLDER / "submission.json").read_text())
        self.assertEqual(submission["type"], "flowreel", "the name of the script")
        compiled = json.loads(self.run_script(submission).stdout)
        settings = compiled["type"]["settings"]
        self.assertEqual([one["key"] for one in settings], list(submission["settings"]))
        self.assertTrue(all(one["type"] == "string" and one["required"] for one in settings))
        self.assertEqual([task["name"] for task in compiled["tasks"]], ["render-a", "render-b"])
        self.assertIn("names no job file", (lambda r: r.stdout + r.stderr)(self.run_script(self.submission(" "))))

    def test_each_task_renders_its_clip(self):
        tasks = self.tasks(farm.job("a"), farm.job("b"))
        for task in tasks:
            code, lines = self.work(task)
            self.assertEqual(code, 0, lines)
            self.assertIn("sample 2/2", lines)
        self.assert_done("a", "b")
        self.assertEqual(self.work(tasks[0])[0], 0, "given to a second worker, it is done already")

    def test_a_wrong_job_says_why_in_the_log(self):
        (task,) = self.tasks(farm.wrong_key("a"))
        code, lines = self.work(task)
        self.assertEqual(code, 65)
        self.assertIn("/sterngth", lines[-1])

    def test_a_killed_worker_loses_few_steps(self):
        long = farm.job("a", **farm.LONG)
        (task,) = self.tasks(long)
        process = self.start(task)
        self.wait_until(self.checkpoint("a").exists, "a checkpoint")
        process.kill()
        process.communicate()
        self.assertEqual(process.returncode, -9)
        code, lines = self.work(task)
        self.assertEqual(code, 0, lines)
        self.assertTrue(any("going on from step" in line for line in lines), lines)
        self.assert_like_unbroken(long)


if __name__ == "__main__":
    cli.main()
