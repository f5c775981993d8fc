"""tests/CASES.md: every case has a row, and every test that a row names is there and says which case it is of."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXPECTED = {*range(20, 31), *range(36, 49), 50}


def numbers(text):
    """Of "Case 20", "Cases 27 and 28" and "Cases 20 to 26"."""
    found = set()
    for first, word, last in re.findall(r"\bcases? (\d+)(?:(?: (and|to)) (\d+))?", text, re.IGNORECASE):
        found |= set(range(int(first), int(last) + 1)) if word == "to" else {int(first), int(last or first)}
    return found


def rows(text):
    """(case, [(path, suite, test)]) of each row of the table."""
    for number, promise, tests in re.findall(r"^\| (\d+) \| (.+?) \| (.+) \|$", text, re.MULTILINE):
        named = []
        for part in re.split("<br>", tests):
            path, names = re.fullmatch(r"`(\S+)`: (.+)", part.strip()).groups()
            named += [(path, *name.strip().split(".")) for name in names.split(",")]
        yield int(number), promise, named


def said_about(source, suite, test):
    """The comment above a test, and what stands at the head of its file; None where there is no such test."""
    cpp = rf"TEST(?:_F|_P)?\({suite}, {test}\)"
    python = rf"    def {test}\("
    lines = source.splitlines()
    at = next((i for i, line in enumerate(lines) if re.match(cpp, line) or re.match(python, line)), None)
    if at is None or (re.match(python, lines[at]) and not re.search(rf"^class {suite}\(", source, re.MULTILINE)):
        return None
    above = at
    while above > 0 and re.match(r"\s*(//|#)", lines[above - 1]):
        above -= 1
    head = next((i for i, line in enumerate(lines) if not re.match(r"//|\"\"\"", line)), 0)
    return " ".join(lines[:head] + lines[above:at])


class Cases(unittest.TestCase):
    table = list(rows((ROOT / "tests/CASES.md").read_text()))

    def test_every_case_has_one_row(self):
        self.assertEqual([number for number, _, _ in self.table], sorted(EXPECTED))

    def test_every_test_is_there_and_names_its_case(self):
        for number, _, named in self.table:
            for path, suite, test in named:
                with self.subTest(case=number, test=f"{path}: {suite}.{test}"):
                    said = said_about((ROOT / path).read_text(), suite, test)
                    self.assertIsNotNone(said, "there is no such test")
                    self.assertIn(number, numbers(said))

    def test_what_it_would_notice(self):
        source = "// Case 7: x\nTEST(A, B) {\n}\nclass C(T):\n    # Cases 8 and 9: y\n    def test_d(self):\n"
        self.assertEqual(numbers(said_about(source, "A", "B")), {7})
        self.assertEqual(numbers(said_about(source, "C", "test_d")), {7, 8, 9})
        for suite, test in (("A", "C"), ("B", "B"), ("D", "test_d"), ("C", "test_e")):
            self.assertIsNone(said_about(source, suite, test))
        self.assertEqual(numbers("Cases 20 to 22"), {20, 21, 22})


if __name__ == "__main__":
    unittest.main()
