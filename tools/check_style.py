#!/usr/bin/env python3
"""Checks the rules of CONTRIBUTING.md that a script can check: sizes, names, and what code must not contain.

    tools/check_style.py [REPOSITORY]

Prints `file:line: what is wrong` and exits with 1 if there is anything. A new rule is one function and a row in
FILE_RULES (called for each text file) or TREE_RULES (called once).
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

from check_common import CPP, blank, folder_of, read, report, repository_files, root_from

MAX_CPP_LINES, MAX_FILE_LINES = 300, 500
MAX_FUNCTION_LINES, MAX_PARAMETERS = 60, 6
MAX_COLUMNS = {".h": 100, ".cpp": 100, ".py": 120, ".sh": 120, ".cmake": 120, ".txt": 120, ".md": 120}
MAX_CONDITIONALS_PER_KLOC = 2

# Files that may be longer than MAX_CPP_LINES (never than MAX_FILE_LINES), and why.
LONG_FILES = {"tests/codecs/writer_test.cpp": "one fixture for all codecs and all ways to fail"}
# Functions that may be longer than MAX_FUNCTION_LINES, as "file:name", and why.
LONG_FUNCTIONS = {}
# Tests that stand for a whole folder rather than for one file beside them.
FOLDER_TESTS = {"golden", "parity", "misuse", "end_to_end", "bad_media", "real_footage"}
FIXED_NAMES = {"CASES.md", "CMakeLists.txt", "CMakePresets.json", "README.md", "CONTRIBUTING.md", "LICENSE"}


@dataclass
class File:
    path: str
    text: str
    code: str = field(init=False)  # C++ without comments and strings; the plain text for other files

    def __post_init__(self):
        self.code = blank(self.text) if self.is_cpp() else self.text

    def is_cpp(self):
        return self.path.endswith(CPP)

    def is_library(self):
        return self.is_cpp() and not self.path.startswith(("tools/", "tests/"))

    def matches(self, pattern, text=None):
        """(line, match) of every match of the pattern, by default in the code."""
        text = self.code if text is None else text
        return [(text.count("\n", 0, m.start()) + 1, m) for m in re.finditer(pattern, text, re.MULTILINE)]

    def lines(self):
        return self.text.count("\n") + (not self.text.endswith("\n"))


def file_length(file):
    limit = MAX_CPP_LINES if file.is_cpp() and file.path not in LONG_FILES else MAX_FILE_LINES
    if file.path != "LICENSE" and file.lines() > limit:
        yield 1, f"{file.lines()} lines; a file is one idea of at most {limit}"


def line_length(file):
    limit = MAX_COLUMNS.get(os.path.splitext(file.path)[1])
    if limit is None:
        return
    unbreakable = r"\|.*" if file.path.endswith(".md") else r"\s*R?\"[^\"]*\"[;,)]*$"  # a table row, one string
    for number, line in enumerate(file.text.splitlines(), 1):
        if len(line) > limit and not re.match(unbreakable, line):
            yield number, f"{len(line)} columns; at most {limit}"


def file_name(file):
    name = os.path.basename(file.path)
    stem = name.lstrip(".").partition(".")[0]
    exempt = name in FIXED_NAMES or name == "__init__.py" or file.path.startswith("cmake/")
    if not exempt and not re.fullmatch(r"[a-z0-9]+([_-][a-z0-9]+)*", stem):
        yield 1, f"'{name}' is not snake_case"
    if file.is_cpp() and "-" in stem:
        yield 1, f"'{name}' is not snake_case"
    if name.endswith((".hpp", ".hh", ".cc", ".cxx", ".c")):
        yield 1, f"'{name}': C++ files end in .h and .cpp"


def header(file):
    if not file.path.endswith(".h"):
        return
    first = file.matches(r"^[ \t]*#.*$|^[ \t]*\S.*$")
    if not first or first[0][1][0].strip() != "#pragma once":
        yield 1, "#pragma once must be the first line that is not a comment"
    for line, _ in file.matches(r"\busing\s+namespace\b"):
        yield line, "using namespace in a header"


PRINTING = r"\bstd\s*::\s*(cout|cerr|clog)\b|(?<![\w.>])(?:std::)?(v?f?printf|puts|putchar|perror)\s*\("
STOPPING = r"(?<![\w.>])(?:std::|::)?(abort|exit|_exit|_Exit|quick_exit|terminate)\s*\("


def silence(file):
    if file.is_library():
        for line, match in file.matches(f"{PRINTING}|{STOPPING}"):
            yield line, f"library code never prints, aborts or exits: {match[0].strip(' (')}"


AV_FREE = r"\b(?:avcodec|avformat|avfilter|avio|av|swscale|swr|sws)_\w*(?:free|unref|close)\w*\s*[(&,>]"
AV_ERROR = r"\b(av_strerror|av_err2str|av_make_error_string)\b"


def libav_ownership(file):
    if file.is_cpp() and not re.fullmatch(r"codecs/av\.(h|cpp)", file.path):
        for line, match in file.matches(AV_FREE):
            yield line, f"{match[0].rstrip('(&,> ')}: only codecs/av.h and av.cpp free libav's things"
        for line, match in file.matches(AV_ERROR):
            yield line, f"{match[0]}: check libav's return codes with the one function of codecs/av.h"


REGISTRATION = r"^\s*#\s*define\s+\w*REGISTER|\bstatic\s+(?:const\s+)?\w*Regist(?:rar|erer)\b"


def registration(file):
    if file.is_cpp():
        for line, _ in file.matches(REGISTRATION):
            yield line, "registration is one explicit table, not a static initialiser"


DEAD = (
    r"^[ \t]*//[ \t]*"
    r"(?:.*\w\(.*\)[ \t]*;|.*\w[ \t]*=[ \t]*[^=\n]+;|return\b.*;|[{}]+|.*\)[ \t]*\{|#include\b.*)$"
)


def dead_code(file):
    if file.is_cpp():
        for line, _ in file.matches(r"^[ \t]*#[ \t]*if[ \t]+(0|false)\b"):
            yield line, "#if 0"
        for line, _ in file.matches(DEAD, text=file.text):
            yield line, "looks like commented-out code; delete it, or end the sentence without ';'"


def cmake_lists(file):
    if os.path.basename(file.path) == "CMakeLists.txt" or file.path.endswith(".cmake"):
        for line, _ in file.matches(r"(?i)^[^#\n]*\bfile\s*\(\s*GLOB|\baux_source_directory\s*\("):
            yield line, "list sources by name"


# Written in pieces so that this file does not contain what it looks for.
FORBIDDEN = {
    "the name of a package registry": r"(?i)\b(py" + r"pi\.org|python" + r"hosted\.org|download\.py" + r"torch\.org"
    r"|registry\.np" + r"mjs|repo\.ana" + r"conda|deb\.deb" + r"ian\.org|crates\." + r"io)\b",
    "a path of one machine": r"(?<![\w.$}])/(?:wo" + r"rk|ho" + r"me|ro" + r"ot)/\w",
    "an issue number": r"(?i)\bissue[ -]#?\d",
    "an unfinished note": r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b",
}


def forbidden_words(file):
    for what, pattern in FORBIDDEN.items():
        for line, match in file.matches(pattern, text=file.text):
            yield line, f"{what}: '{match[0]}'"


FILE_RULES = [
    file_length,
    line_length,
    file_name,
    header,
    silence,
    libav_ownership,
    registration,
    dead_code,
    cmake_lists,
    forbidden_words,
]


def functions(root, files):
    """Limits on every C++ function, as universal-ctags sees it."""
    names = [f.path for f in files if f.is_cpp()]
    if not names:
        return
    if shutil.which("ctags") is None:
        yield "tools/check_style.py", 1, "ctags (package universal-ctags) is needed to measure functions"
        return
    command = ["ctags", "--output-format=json", "--language-force=C++", "--kinds-C++=fp", "--fields=+neS", "-o", "-"]
    listing = subprocess.run(command + names, cwd=root, check=True, capture_output=True, text=True).stdout
    for tag in map(json.loads, listing.splitlines()):
        path, line, name = tag["path"], tag["line"], tag["name"]
        length = tag.get("end", line) - line + 1
        if length > MAX_FUNCTION_LINES and f"{path}:{name}" not in LONG_FUNCTIONS:
            yield path, line, f"{name} has {length} lines; at most {MAX_FUNCTION_LINES}, better 50"
        count = parameter_count(tag.get("signature", ""))
        if count > MAX_PARAMETERS:
            yield path, line, f"{name} has {count} parameters; more than {MAX_PARAMETERS} become an options struct"


def parameter_count(signature):
    """Parameters in "(int a, std::map<K, V> b)": commas outside any bracket, plus one."""
    inner = signature.partition("(")[2].rpartition(")")[0].strip()
    depth, commas = 0, 0
    for letter in inner.replace("->", ""):
        depth += (letter in "(<[{") - (letter in ")>]}")
        commas += letter == "," and depth == 0
    return commas + 1 if inner not in ("", "void") else 0


def tests_mirror_tree(_, files):
    """tests/a/b_test.cpp (or b_aspect_test.cpp, aspect_b_test.cpp) stands for a/b.cpp or a/b.h."""
    sources = {f.path.rpartition(".")[0] for f in files if f.is_cpp()}
    for path in [f.path for f in files if f.path.startswith("tests/") and f.path.endswith("_test.cpp")]:
        folder = folder_of(path)[len("tests/") :]
        stem = os.path.basename(path)[: -len("_test.cpp")]
        words = stem.split("_")
        parts = {"_".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
        if not parts & FOLDER_TESTS and not any(f"{folder}/{part}" in sources for part in parts):
            yield path, 1, f"there is no {folder}/{stem}.cpp or .h that this would be the test of"


def conditionals(_, files):
    code = [f for f in files if f.is_cpp()]
    found = [(f.path, line) for f in code for line, _ in f.matches(r"^[ \t]*#[ \t]*(?:if|ifdef|ifndef)\b")]
    limit = max(2, MAX_CONDITIONALS_PER_KLOC * sum(f.lines() for f in code) // 1000)
    if len(found) > limit:
        path, line = found[-1]
        yield path, line, f"{len(found)} #if in the tree, at most {limit}: swap files in CMake instead"


def one_error_string(_, files):
    places = [(f.path, line) for f in files if f.is_cpp() for line, _ in f.matches(AV_ERROR)]
    for path, line in places[1:]:
        yield path, line, "libav's error text is asked for in one place only"


TREE_RULES = [functions, tests_mirror_tree, conditionals, one_error_string]


def check(root):
    texts = ((path, read(root, path)) for path in repository_files(root))
    files = [File(path, text) for path, text in texts if text is not None]
    findings = [(f.path, *found) for f in files for rule in FILE_RULES for found in rule(f)]
    findings += [found for rule in TREE_RULES for found in rule(root, files)]
    return [f"{path}:{line}: {what}" for path, line, what in sorted(findings)]


if __name__ == "__main__":
    if len(sys.argv) > 1 and not os.path.isdir(sys.argv[1]):
        sys.exit(f"check_style: {sys.argv[1]} is not a folder")
    sys.exit(report("check_style", check(root_from(sys.argv))))
