"""docs/farms/opencue: the job's specification, and its frames run as RQD runs them and judged as Cuebot does.

There is no OpenCue here. The stub of RQD writes the layer's command to a file, runs it in another folder with both
streams in one log and waits; that of Cuebot keeps OpenCue's rules for what follows from the exit code.
"""

import os
import subprocess
import sys
from xml.etree import ElementTree

import farm
from farm import cli

SUBMIT = farm.RECIPES / "opencue" / "submit.py"
MEMORY_FAILURE = 33

# What may stand in an element, in this order; ! for what must.
CONTENT = {
    "spec": "facility dept show! shot! user! email uid job depends",
    "job": "paused priority maxretries maxcores maxgpus autoeat localbook os env layers",
    "layer": "cmd! range! chunk! cores threadable memory gpus gpu gpu_memory timeout timeout_llu tags limits env "
             "services outputs",
}


class Cue:
    """One host, one frame at a time."""

    def __init__(self, spec, folder, path):
        self.job = ElementTree.fromstring(spec).find("job")
        self.folder, self.path = folder, path
        self.memory = {layer.get("name"): int(layer.findtext("memory").rstrip("g")) for layer in self.layers()}
        self.attempts = {name: [] for name in self.memory}

    def layers(self):
        return self.job.findall("layers/layer")

    def start(self, layer):
        name = layer.get("name")
        command = self.folder / f"rqd-cmd-{name}"
        command.write_text(layer.findtext("cmd"))
        command.chmod(0o777)
        elsewhere = self.folder / "rqd"
        elsewhere.mkdir(exist_ok=True)
        env = os.environ | {"PATH": self.path, "CUE_LAYER": name, "RESERVED_GIB": str(self.memory[name])}
        with open(self.folder / f"{name}.rqlog", "ab") as log:
            return subprocess.Popen(["/bin/sh", str(command)], cwd=elsewhere, env=env, stdin=subprocess.DEVNULL,
                                    stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def finish(self, layer, process):
        """The state that Cuebot gives the frame."""
        code = process.wait(timeout=60)
        code = 1 if code < 0 else code  # RQD tells a signal apart from the status
        attempts = self.attempts[layer.get("name")]
        attempts.append(code)
        if code == 0:
            return "SUCCEEDED"
        if code == MEMORY_FAILURE:
            self.memory[layer.get("name")] += 1
            return "WAITING"
        counted = len([one for one in attempts if one != MEMORY_FAILURE])
        return "WAITING" if counted <= int(self.job.findtext("maxretries")) else "DEAD"

    def run(self):
        states = {}
        for layer in self.layers():
            state = "WAITING"
            while state == "WAITING":
                state = self.finish(layer, self.start(layer))
            states[layer.get("name")] = state
        return states


class OpenCue(farm.FarmTest):
    def spec(self, *jobs, options=()):
        files = [path.relative_to(self.folder) for path in self.write_files(*jobs)]
        command = [sys.executable, SUBMIT, "--show", "testing", "--user", "artist", "--output-dir", "out"]
        command += map(str, [*options, *files])
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def cue(self, *jobs, options=()):
        return Cue(self.spec(*jobs, options=options), self.folder, self.path)

    def test_the_structure_is_that_of_cjsl(self):
        text = self.spec(farm.job("Shot-1.v2"), farm.job("b"), options=("--gpus", "1"))
        self.assertIn("cjsl-1.15.dtd", text.splitlines()[1])
        root = ElementTree.fromstring(text)
        for tag, content in CONTENT.items():
            allowed = content.replace("!", "").split()
            for element in root.iter(tag):
                places = [allowed.index(child.tag) for child in element]
                self.assertEqual(places, sorted(places), tag)
                self.assertEqual({name.rstrip("!") for name in content.split() if name.endswith("!")}
                                 - {child.tag for child in element}, set())
        names = [layer.get("name") for layer in root.iter("layer")]
        self.assertEqual(names, ["shot_1_v2_0001", "b_0002"])
        self.assertEqual({layer.get("type") for layer in root.iter("layer")}, {"Render"})

    def test_each_layer_renders_its_clip(self):
        # The folder's name asks for quotes.
        self.folder = self.folder / "it's a $HOME; of jobs"
        for name in ("jobs", "out"):
            (self.folder / name).mkdir(parents=True)
        cue = self.cue(farm.job("a"), farm.job("b"))
        self.assertEqual(set(cue.run().values()), {"SUCCEEDED"})
        self.assert_done("a", "b")
        self.assertRegex((self.folder / "a_0001.rqlog").read_text(), r"(?m)^sample 2/2$")

    def test_out_of_memory_comes_back_with_more(self):
        # The host gives the program as much as was booked: 0 GiB is too little, 1 GiB is enough.
        program = self.folder / "bin" / "booked"
        program.write_text(f'#!/bin/sh\nexec {cli.PROGRAM} "$@" --set limits.max_memory_gib=$RESERVED_GIB.001\n')
        program.chmod(0o755)
        options = ("--memory", "0g", "--retries", "0", "--flowreel", program)
        cue = self.cue(farm.job("a"), farm.job("b"), options=options)
        self.assertEqual(set(cue.run().values()), {"SUCCEEDED"})
        self.assertEqual(cue.attempts, {"a_0001": [33, 0], "b_0002": [33, 0]})
        self.assertEqual(cue.memory, {"a_0001": 1, "b_0002": 1})

    def test_a_wrong_job_dies_and_the_others_live(self):
        cue = self.cue(farm.wrong_key("a"), farm.job("b"))
        self.assertEqual(cue.run(), {"a_0001": "DEAD", "b_0002": "SUCCEEDED"})
        self.assertEqual(cue.attempts["a_0001"], [65, 65])
        self.assert_done("b")

    def test_a_killed_frame_goes_on(self):
        long = farm.job("a", **farm.LONG)
        cue = self.cue(long)
        (layer,) = cue.layers()
        process = cue.start(layer)
        self.wait_until(self.checkpoint("a").exists, "a checkpoint")
        os.killpg(process.pid, 9)
        self.assertEqual(cue.finish(layer, process), "WAITING")
        self.assertEqual(cue.run(), {"a_0001": "SUCCEEDED"})
        self.assertIn("going on from step", (self.folder / "a_0001.rqlog").read_text())
        self.assert_like_unbroken(long)


if __name__ == "__main__":
    cli.main()
