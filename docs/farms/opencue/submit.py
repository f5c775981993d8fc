#!/usr/bin/env python3
"""Makes an OpenCue job of flowreel's job files, one layer of one frame each.

    submit.py --show SHOW --output-dir DIR JOB.json ...            prints the job's specification (cjsl 1.15)
    submit.py --show SHOW --output-dir DIR --launch JOB.json ...   hands it to Cuebot, with pycue (opencue-pycue)

A layer for each clip, since OpenCue raises the memory of a layer when a frame exits with 33.
"""

import argparse
import getpass
import json
import pathlib
import re
import shlex
from xml.etree import ElementTree

VERSION = "1.15"
HEAD = (
    '<?xml version="1.0"?>\n<!DOCTYPE spec PUBLIC "SPI Cue  Specification Language" '
    f'"http://localhost:8080/spcue/dtd/cjsl-{VERSION}.dtd">\n'
)


def add(parent, tag, text="", **attributes):
    child = ElementTree.SubElement(parent, tag, attributes)
    child.text = str(text)
    return child


def command(options, job_file):
    """One line that the shell of RQD reads as exactly these words; RQD runs it in a folder of its own."""
    output = pathlib.Path(options.output_dir).absolute()
    return shlex.join([options.flowreel, "run", str(job_file.absolute()), "--output-dir", str(output),
                       "--progress", "plain"])


def add_layer(layers, number, job_file, options):
    """The order of the elements is that of the specification."""
    name = json.loads(job_file.read_text())["id"]
    # Cuebot allows letters, digits, underscores and periods; the number keeps the names apart.
    layer = add(layers, "layer", name=f"{re.sub('[^a-z0-9]', '_', name.lower())}_{number:04}", type="Render")
    add(layer, "cmd", command(options, job_file))
    add(layer, "range", 1)
    add(layer, "chunk", 1)
    add(layer, "cores", options.cores)
    add(layer, "threadable", "True")
    add(layer, "memory", options.memory)
    if options.gpus:
        add(layer, "gpus", options.gpus)
        add(layer, "gpu_memory", options.gpu_memory)
    # Minutes without a new line in the log: flowreel writes at least one in 30 seconds, but for loading a large model.
    add(layer, "timeout_llu", options.silence)
    add(add(layer, "services"), "service", options.service)


def specification(options):
    spec = ElementTree.Element("spec")
    for tag in ("facility", "show", "shot", "user"):
        add(spec, tag, getattr(options, tag))
    job = add(spec, "job", name=options.name)
    add(job, "paused", options.paused)
    add(job, "priority", options.priority)
    add(job, "maxretries", options.retries)
    add(job, "autoeat", "False")
    layers = add(job, "layers")
    for number, job_file in enumerate(options.jobs, 1):
        add_layer(layers, number, job_file, options)
    ElementTree.indent(spec)
    return HEAD + ElementTree.tostring(spec, encoding="unicode") + "\n"


def parse_arguments():
    parser = argparse.ArgumentParser(description="An OpenCue job of flowreel's job files, one layer each.")
    parser.add_argument("jobs", nargs="+", type=pathlib.Path, metavar="JOB.json")
    parser.add_argument("--output-dir", required=True, help="shared by all hosts")
    parser.add_argument("--show", required=True)
    parser.add_argument("--shot", default="flowreel")
    parser.add_argument("--user", default=getpass.getuser(), help="not root, which Cuebot refuses")
    parser.add_argument("--facility", default="local")
    parser.add_argument("--name", default="flowreel")
    parser.add_argument("--service", default="default")
    parser.add_argument("--flowreel", default="flowreel", help="the program, as the hosts know it")
    parser.add_argument("--cores", type=float, default=4)
    parser.add_argument("--memory", default="16g")
    parser.add_argument("--gpus", type=int, default=0)
    parser.add_argument("--gpu-memory", default="24g")
    parser.add_argument("--silence", type=int, default=30, metavar="MINUTES")
    parser.add_argument("--priority", type=int, default=1)
    parser.add_argument("--retries", type=int, default=1)
    parser.add_argument("--paused", action="store_true")
    parser.add_argument("--launch", action="store_true", help="hand the job to Cuebot instead of printing it")
    return parser.parse_args()


def main():
    options = parse_arguments()
    spec = specification(options)
    if not options.launch:
        print(spec, end="")
        return
    import opencue

    for job in opencue.api.launchSpecAndWait(spec):
        print(job.name())


if __name__ == "__main__":
    main()
