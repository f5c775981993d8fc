"""What the checks share: which files are ours, C++ text without comments and strings, and how a finding is told."""

import os
import re
import sys

SKIPPED_FOLDERS = {"build", "out", "__pycache__", "pretrained", "data"}
KEPT_HIDDEN_FOLDERS = {".ci", ".github"}
CPP = (".h", ".cpp")

_TOKEN = re.compile(
    r'R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'  # string
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"  # character, not a digit separator
    r"|//[^\n]*|/\*.*?\*/",  # comment
    re.DOTALL,
)


def repository_files(root):
    """Every file of the source tree, as sorted paths relative to root with forward slashes."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [
            f
            for f in folders
            if f not in SKIPPED_FOLDERS and (not f.startswith(".") or f in KEPT_HIDDEN_FOLDERS)
        ]
        found += [os.path.relpath(os.path.join(folder, n), root).replace(os.sep, "/") for n in names]
    return sorted(f for f in found if not f.endswith((".pyc", ".tmp")) and f != ".git")


def read(root, path):
    """The file's text, or None for a file that is not text."""
    with open(os.path.join(root, path), "rb") as file:
        data = file.read()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def blank(text, keep_strings=False):
    """C++ text with comments (and strings) turned into spaces; every line keeps its number."""

    def spaces(match):
        token = match.group(0)
        if keep_strings and not token.startswith(("//", "/*")):
            return token
        return re.sub(r"[^\n]", " ", token)

    return _TOKEN.sub(spaces, text)


def folder_of(path):
    return path.rpartition("/")[0]


def report(name, findings):
    """Prints findings, one line each, and returns the exit code."""
    for finding in findings:
        print(finding)
    if findings:
        print(f"{name}: {len(findings)} finding(s)", file=sys.stderr)
    return 1 if findings else 0


def root_from(arguments):
    here = os.path.dirname(os.path.abspath(__file__))
    return arguments[1] if len(arguments) > 1 else os.path.dirname(here)
