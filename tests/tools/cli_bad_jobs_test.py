"""Job files that other people wrote, through the real program: the exit code, one line that says what, and no crash."""

import json

import cli_program as cli
from cli_program import JOB

TEXT = json.dumps(JOB)
DEEP = "[" * 1_000_000

# What is wrong, the text of the file, and what the message must have.
BAD_DATA = [
    # Case 20: depth.
    ("a million lists", DEEP, "nested deeper than 16 levels"),
    ("100 000 objects", '{"a":' * 100_000, "nested deeper than 16 levels"),
    ("a million lists in a job", TEXT[:-1] + ', "vae": ' + DEEP, "nested deeper"),
    # Case 21: keys.
    ("a key twice", TEXT[:-1] + ', "sampling": {"steps": 1, "steps": 999}}', "appears twice"),
    ("an unknown key", TEXT[:-1] + ', "steps": 9}', "/steps is not a key"),
    # Case 26: what is almost JSON.
    ("no bytes", "", "not valid JSON"),
    ("a trailing comma", TEXT[:-1] + ",}", "not valid JSON"),
    ("NaN", TEXT[:-1] + ', "fps": NaN}', "not valid JSON"),
    ("two documents", TEXT + "\n" + TEXT, "not valid JSON"),
    ("an unknown preset", TEXT.replace('"path":', '"preset": "shapes@9", "path":'), 'did you mean "shapes@1"?'),
]


class BadJobs(cli.ProgramTest):
    def put(self, text, name="job.json"):
        (self.folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        return name

    # Cases 20 to 21, case 26: `run` and the queue refuse them alike.
    def test_bad_data(self):
        for i, (what, text, part) in enumerate(BAD_DATA):
            with self.subTest(what):
                command = ["run", "--dry-run"] if i % 2 == 0 else ["queue", "submit", "--store", "sqlite:q.db"]
                self.assert_refused(65, ["job.json", part], *command, self.put(text))

    # Case 23: within the ranges, and more than any machine has; told before a weight is read.
    def test_more_than_any_machine_has(self):
        huge = JOB | {"width": 16384, "height": 16384, "num_frames": 99997}
        for command in (["run", "--dry-run"], ["run"]):
            result = self.run_in(*command, self.put(json.dumps(huge)), "--progress", "none")
            self.assertEqual(result.code, 33, result.err)
            self.assertIn("needs about", result.error())
            self.assertFalse((self.folder / "out/shot_010").exists())

    # Case 25: what is taken is in the manifest and in the queue as it was.
    def test_prompts_come_back_to_the_byte(self):
        prompt = "\u202eright to left\u202c zero\u200bwidth \U0001F3AC e\u0301 \u05d0 %s \x1b[2J\t\n"
        name = self.put(json.dumps(JOB | {"prompt": prompt}))
        self.succeed("run", name)
        manifest = json.loads((self.folder / "out/shot_010/manifest.json").read_text())
        self.assertEqual(manifest["order"]["prompt"], prompt)
        name = self.put(json.dumps(JOB | {"prompt": prompt, "model": {"path": "m"}}))
        self.succeed("queue", "submit", name, "--store", "sqlite:q.db")
        shown = self.succeed("queue", "show", "1", "--json", "--store", "sqlite:q.db").out
        self.assertEqual(json.loads(shown)["job"]["prompt"], prompt)

    # Case 25: no control sequence, no second line, nothing that turns the direction of a line, whatever is quoted.
    def test_no_message_writes_to_a_terminal(self):
        evil = "\x1b[2J\u009b31m\u202e\u2028\r\nflowreel: all is well\x07\u200b"
        changes = ({"prompt": [evil]}, {"id": evil}, {evil: 1}, {"model": {"path": evil}}, {"task": evil},
                   {"sampling": {"solver": evil}}, {"model": {"preset": evil}}, {"task": "i2v", "first_frame": evil})
        for i, change in enumerate(changes):
            with self.subTest(change=change):
                name = self.put(json.dumps(JOB | change, ensure_ascii=i % 2 == 0))
                result = self.run_in("run", name, "--dry-run")
                self.assertIn(result.code, (65, 66, 77), result.err)
                self.assertEqual(len(result.err.splitlines()), 1, result.err)
                self.assert_error(result)


if __name__ == "__main__":
    cli.main()
