#!/usr/bin/env python3
"""Checks who includes whom: the layers of the house, cycles, and where foreign libraries may appear.

    tools/check_includes.py [REPOSITORY]

Prints `file:line: what is wrong` and exits with 1 if there is anything.
"""

import os
import re
import sys

from check_common import CPP, blank, folder_of, read, report, repository_files, root_from

# A layer is a folder with all below it; the longest name that fits a file wins. It may include itself, `errors`
# and what is listed. "models" alone means the files that lie directly in models/ and any folder not named here.
NETWORKS = ["models/dit", "models/vae", "models/text", "models/layers", "models/weights"]
ENGINE = ["pipeline/flow", "models", *NETWORKS, "codecs"]
LIBRARY = ["pipeline/queue", "pipeline/evaluate", "pipeline/generate", "pipeline/train"]
LIBRARY += ["pipeline/train/folder", "pipeline/consistency", *ENGINE]
TORCHSCRIPT = "pipeline/consistency/features/torchscript"
LAYERS = {
    "errors": [],
    "files": [],
    "codecs": [],
    "models/weights": [],
    "models/layers": [],
    "models/dit": ["models/layers", "models/weights"],
    "models/vae": ["models/layers", "models/weights"],
    "models/text": ["models/layers", "models/weights"],
    "models": NETWORKS,
    "pipeline/flow": [],
    "pipeline/train": ["pipeline/flow", "models", *NETWORKS],  # builds without codecs
    "pipeline/train/folder": ["pipeline/train", *ENGINE],
    "pipeline/generate": ["pipeline/consistency", *ENGINE],
    "pipeline/consistency": ENGINE,
    TORCHSCRIPT: ["pipeline/consistency"],  # no library includes it: an archive is a program
    "pipeline/evaluate": ["pipeline/generate", "pipeline/train", "pipeline/consistency", *ENGINE],
    "pipeline/queue": ["pipeline/generate", *ENGINE],
    "configs": LIBRARY,
    "tools": ["configs", TORCHSCRIPT, *LIBRARY],
    "tests": ["configs", TORCHSCRIPT, *LIBRARY],
    "tests/tools": ["tests", "tools", "configs", *LIBRARY],  # a test reaches what it tests
}

# Leaves that every layer may include.
EVERYBODYS = ["errors", "files"]

# Single headers that a layer may include beyond its row, and why.
EXTRA = {
    ("models/layers", "models/weights/module.h"),  # the base class of every layer
}

# Headers of other libraries, and the only folders that may include them.
JSON_LAYERS = ["configs", "models", "pipeline/generate", "pipeline/train", "pipeline/queue"]
JSON_LAYERS += ["pipeline/consistency", "tools", "tests", *NETWORKS]
OPENCV_LAYERS = ["codecs", "pipeline/consistency", "pipeline/evaluate"]
FOREIGN = [
    (r"lib(av\w+|sw\w+|postproc)/", ["codecs", "tests/codecs"]),
    (r"opencv2?/", [f"{tests}{layer}" for tests in ("", "tests/") for layer in OPENCV_LAYERS]),
    (r"nlohmann/", JSON_LAYERS),
    (r"CLI/", ["tools"]),
    (r"(caffe2/|torch/(script\.h|jit\.h|csrc/jit/))", [TORCHSCRIPT]),
    (r"spdlog/", ["tools", "pipeline/queue"]),
    (r"(sqlite3|libpq-fe)\.h$", ["pipeline/queue", "tests/pipeline/queue"]),
    (r"openssl/", ["files"]),
    (r"g(test|mock)/", ["tests"]),
]
# Helpers that only .cpp files include.
JSON_HEADERS = ["models/weights/json.h", "models/text/json_fields.h"]

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def layer_of(path):
    fitting = [layer for layer in LAYERS if path.startswith(layer + "/")]
    return max(fitting, key=len, default=None)


def includes(text):
    """(line, opening bracket or quote, name) of every include directive outside comments."""
    text = blank(text, keep_strings=True)
    return [(text.count("\n", 0, m.start()) + 1, m[1], m[2]) for m in INCLUDE.finditer(text)]


def own_include_fault(path, target, sources):
    """What is wrong with including our own header `target` by that name, or None."""
    if target not in sources:
        beside = f"{folder_of(path)}/{target}"
        hint = f'; write "{beside}"' if beside in sources else ""
        return f'"{target}" is not a file: quoted includes start at the repository root{hint}'
    layer, other = layer_of(path), layer_of(target)
    if other is None:
        return f'"{target}" lies in no layer of LAYERS'
    allowed = other in (layer, *EVERYBODYS, *LAYERS[layer]) or (layer, target) in EXTRA
    if not allowed:
        names = ", ".join([*EVERYBODYS, *LAYERS[layer]])
        return f'{layer} may not include "{target}" (it may include: {names})'
    return None


def foreign_include_fault(path, target):
    for pattern, layers in FOREIGN:
        if re.match(pattern, target) and not any(path.startswith(layer + "/") for layer in layers):
            return f"<{target}> belongs in {', '.join(layers)}"
    return None


def header_fault(path, target):
    """JSON stays in .cpp files; headers name the pieces of LibTorch they need."""
    if not path.endswith(".h"):
        return None
    if target == "torch/torch.h":
        return "a header includes pieces (ATen/core/Tensor.h), not <torch/torch.h>"
    is_json = target.startswith("nlohmann/") or target in JSON_HEADERS
    if is_json and path not in JSON_HEADERS and not path.startswith("configs/"):
        return f"JSON in a header: only configs/ and {JSON_HEADERS} may include {target}"
    return None


def cycles(graph):
    """Each include cycle once, as the list of files along it."""
    found, done = [], set()

    def walk(node, trail):
        if node in trail:
            found.append(trail[trail.index(node) :] + [node])
        elif node not in done:
            for following in graph.get(node, []):
                walk(following, trail + [node])
            done.add(node)

    for node in sorted(graph):
        walk(node, [])
    return found


def check(root):
    sources = {p for p in repository_files(root) if p.endswith(CPP)}
    findings, graph = [], {}
    for path in sorted(sources):
        if layer_of(path) is None:
            findings.append(f"{path}:1: lies in no layer; add its folder to LAYERS in tools/check_includes.py")
            continue
        for line, bracket, target in includes(read(root, path) or ""):
            own = bracket == '"'
            faults = [header_fault(path, target)]
            if own:
                faults.append(own_include_fault(path, target, sources))
                graph.setdefault(path, []).append(target)
            elif target in sources:
                faults.append(f'<{target}> is ours: write "{target}"')
            else:
                faults.append(foreign_include_fault(path, target))
            findings += [f"{path}:{line}: {fault}" for fault in faults if fault]
    findings += [f"{c[0]}:1: include cycle: {' -> '.join(c)}" for c in cycles(graph)]
    return findings


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    if len(sys.argv) > 1 and not os.path.isdir(sys.argv[1]):
        sys.exit(f"check_includes: {sys.argv[1]} is not a folder")
    sys.exit(report("check_includes", check(root_from(sys.argv))))
