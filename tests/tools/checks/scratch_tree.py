"""A source tree in a temporary folder, for tests of the checks."""

import os
import sys
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tools"))


class ScratchTree(unittest.TestCase):
    """Tests write files and ask what a check finds in them."""

    check = None  # the check's function, set by the test class

    def findings(self, files):
        """What the check says about {path: text}."""
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                full = os.path.join(root, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8") as file:
                    file.write(text)
            return type(self).check(root)

    def assert_clean(self, files):
        self.assertEqual(self.findings(files), [])

    def assert_found(self, files, *expected):
        """Exactly one finding, which contains every expected piece of text."""
        found = self.findings(files)
        self.assertEqual(len(found), 1, found)
        for text in expected:
            self.assertIn(text, found[0])
