"""docs/farms/kubernetes: what the API demands of job.yaml, and what becomes of it with the real exit codes.

There is no Kubernetes here. A controller of some lines runs the container's own command with its mounts in a folder and
does with each exit code what the podFailurePolicy says: the first rule that fits decides.
"""

import json
import os
import re
import signal
import subprocess
import unittest

import farm
from farm import cli

yaml = farm.optional("yaml")
jsonschema = farm.optional("jsonschema")

FOLDER = farm.RECIPES / "kubernetes"


def job_yaml():
    return yaml.safe_load((FOLDER / "job.yaml").read_text())


def patched(document, patch):
    """RFC 6902, as far as objects and numbers of arrays go."""
    for step in patch:
        *way, last = step["path"].strip("/").split("/")
        at = document
        for name in way:
            at = at[int(name)] if isinstance(at, list) else at[name]
        if step["op"] != "add":
            assert isinstance(at, dict) and last in at, step
        if step["op"] == "remove":
            del at[last]
        else:
            at[last] = step["value"]
    return document


def lines_fail_alone():
    return patched(job_yaml(), json.loads((FOLDER / "lines-fail-alone.json").read_text()))


class Controller:
    """Runs the indexes of a Job one after the other until it is Complete or Failed."""

    def __init__(self, spec, folder, path):
        self.spec, self.folder, self.path = spec, folder, path
        self.pods = []  # (index, exit code, action)
        self.failed_indexes = []

    def command(self):
        (container,) = self.spec["template"]["spec"]["containers"]
        mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
        for path in mounts:
            (self.folder / path.strip("/")).mkdir(exist_ok=True)
        at_a_mount = re.compile(rf"(?<![\w/])({'|'.join(mounts)})(?=[/\s])")
        return [at_a_mount.sub(rf"{self.folder}\1", word) for word in container["command"] + container["args"]]

    def run_pod(self, index, stop_when=None):
        """(exit code, conditions); TERM as soon as stop_when() is true, as when a node is drained."""
        env = os.environ | {"JOB_COMPLETION_INDEX": str(index), "PATH": self.path}
        with open(self.folder / f"pod-{index}.log", "ab") as log:
            pod = subprocess.Popen(self.command(), env=env, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=subprocess.STDOUT)
        while stop_when and pod.poll() is None:
            if stop_when():
                pod.send_signal(signal.SIGTERM)
                stop_when = None
        code = pod.wait(timeout=self.spec["template"]["spec"]["terminationGracePeriodSeconds"])
        return 128 - code if code < 0 else code

    def action(self, code, conditions):
        for rule in self.spec["podFailurePolicy"]["rules"]:
            wanted = rule.get("onExitCodes")
            if wanted and (code in wanted["values"]) == (wanted["operator"] == "In"):
                return rule["action"]
            if any(c["type"] in conditions and c["status"] == "True" for c in rule.get("onPodConditions", [])):
                return rule["action"]
        return "Count"

    def run(self, stops=None, conditions=()):
        """The Job's last condition and its reason. stops: {index: when to send TERM to its first pod}."""
        stops = dict(stops or {})
        counted = 0
        for index in range(self.spec["completions"]):
            counted_here = 0
            while True:
                code = self.run_pod(index, stops.pop(index, None))
                if code == 0:
                    break
                action = self.action(code, conditions)
                self.pods.append((index, code, action))
                if action == "FailJob":
                    return "Failed", "PodFailurePolicy"
                counted += action == "Count"
                counted_here += action == "Count"
                if action == "FailIndex" or counted_here > self.spec.get("backoffLimitPerIndex", counted_here):
                    self.failed_indexes.append(index)
                    break
                if counted > self.spec.get("backoffLimit", counted):
                    return "Failed", "BackoffLimitExceeded"
        return ("Failed", "FailedIndexes") if self.failed_indexes else ("Complete", "CompletionsReached")


@unittest.skipIf(None in (yaml, jsonschema), "package python3-yaml or python3-jsonschema is not installed")
class Kubernetes(farm.FarmTest):
    def controller(self, *jobs, document=None):
        self.write_lines(*jobs)
        spec = (document or job_yaml())["spec"]
        return Controller(spec | {"completions": len(jobs)}, self.folder, self.path)

    def test_the_structure_is_what_the_api_demands(self):
        schema = json.loads((cli.ROOT / "tests/farms/kubernetes_job.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        for document in (job_yaml(), lines_fail_alone()):
            jsonschema.validate(document, schema)
            pod = document["spec"]["template"]["spec"]
            (container,) = pod["containers"]
            self.assertEqual({v["name"] for v in pod["volumes"]}, {m["name"] for m in container["volumeMounts"]})
            seen = set()
            for rule in document["spec"]["podFailurePolicy"]["rules"]:
                codes = rule.get("onExitCodes", {"containerName": container["name"], "values": []})
                self.assertEqual(codes["containerName"], container["name"])
                self.assertEqual(codes["values"], sorted(codes["values"]), "the API wants them in order")
                self.assertFalse(seen & set(codes["values"]), "an exit code comes twice")
                seen |= set(codes["values"])
            self.assertEqual(rule_needs(document), set(), "FailIndex needs backoffLimitPerIndex")
        self.assertEqual(seen, {33, 64, 65, 66, 69, 70, 73, 74, 75, 77, 78, 143})

    def test_each_index_renders_its_line(self):
        controller = self.controller(*(farm.job(name) for name in "abc"))
        self.assertEqual(controller.run(), ("Complete", "CompletionsReached"))
        self.assertEqual(controller.pods, [])
        self.assert_done("a", "b", "c")
        last = (self.folder / "pod-2.log").read_text().splitlines()[-1]
        self.assertEqual((json.loads(last)["t"], json.loads(last)["pct"]), ("done", 100))
        self.assertEqual(controller.run(), ("Complete", "CompletionsReached"), "created again, it is done already")

    def test_what_cannot_succeed_is_not_tried_again(self):
        for wrong, code in ((farm.wrong_key("b"), 65), (farm.missing_model("b"), 66)):
            controller = self.controller(wrong, farm.job("c"))
            self.assertEqual(controller.run(), ("Failed", "PodFailurePolicy"))
            self.assertEqual(controller.pods, [(0, code, "FailJob")])
            self.assertEqual(self.results(), [])

    def test_an_index_beyond_the_lines_fails(self):
        controller = self.controller(farm.job("a"))
        controller.spec["completions"] = 2
        self.assertEqual(controller.run(), ("Failed", "PodFailurePolicy"))
        self.assertEqual(controller.pods, [(1, 65, "FailJob")])

    def test_a_stopped_pod_is_replaced_and_goes_on(self):
        for name, conditions in (("a", ()), ("b", ("DisruptionTarget",))):
            long = farm.job(name, **farm.LONG)
            controller = self.controller(long)
            self.assertEqual(controller.run({0: self.checkpoint(name).exists}, conditions)[0], "Complete")
            self.assertEqual(controller.pods, [(0, 143, "Ignore")])
            self.assertIn("going on from step", (self.folder / "pod-0.log").read_text())
        self.assert_like_unbroken(long)

    def test_what_may_pass_is_tried_again_as_often_as_allowed(self):
        slow = farm.job("a", sampling={"steps": 3000}, limits={"timeout_s": 1}, checkpoint={"every_steps": 5})
        controller = self.controller(slow)
        controller.spec["backoffLimit"] = 30  # for slow machines; a fast one takes two seconds
        self.assertEqual(controller.run()[0], "Complete")
        self.assertGreaterEqual(len(controller.pods), 1)
        self.assertEqual(set(controller.pods), {(0, 75, "Count")})
        controller = self.controller(farm.job("b", limits={"max_memory_gib": 0.001}))
        controller.spec["backoffLimit"] = 1
        self.assertEqual(controller.run(), ("Failed", "BackoffLimitExceeded"))
        self.assertEqual(controller.pods, [(0, 33, "Count")] * 2)

    def test_a_line_may_fail_alone(self):
        controller = self.controller(farm.job("a"), farm.wrong_key("b"), farm.job("c"), document=lines_fail_alone())
        self.assertEqual(controller.run(), ("Failed", "FailedIndexes"))
        self.assertEqual(controller.failed_indexes, [1])
        self.assert_done("a", "c")


def rule_needs(document):
    """Actions that the rest of the specification does not allow."""
    actions = {rule["action"] for rule in document["spec"]["podFailurePolicy"]["rules"]}
    return actions & {"FailIndex"} if "backoffLimitPerIndex" not in document["spec"] else set()


if __name__ == "__main__":
    cli.main()
