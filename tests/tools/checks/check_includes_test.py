import unittest

from scratch_tree import ScratchTree

import check_includes

H = "#pragma once\n"


class CheckIncludes(ScratchTree):
    check = staticmethod(check_includes.check)

    def include(self, source, target, code=None):
        """A tree in which `source` includes `target`, and `target` exists."""
        return {target: H, source: code or f'#include "{target}"\n'}

    def test_allows_what_the_house_allows(self):
        for source, target in [
            ("models/dit/a.cpp", "models/layers/b.h"),
            ("models/layers/a.h", "models/weights/module.h"),
            ("models/registry.cpp", "models/vae/b.h"),
            ("pipeline/generate/a.cpp", "pipeline/flow/b.h"),
            ("pipeline/generate/a.cpp", "codecs/b.h"),
            ("pipeline/queue/a.cpp", "pipeline/generate/b.h"),
            ("configs/a.cpp", "pipeline/train/b.h"),
            ("pipeline/train/folder/a.cpp", "codecs/b.h"),
            ("tools/flowreel/a.cpp", "configs/b.h"),
            ("tests/codecs/a.cpp", "codecs/b.h"),
            ("tests/tools/a.cpp", "tools/b.h"),
            ("codecs/a.cpp", "errors/error.h"),
        ]:
            with self.subTest(source=source, target=target):
                self.assert_clean(self.include(source, target))

    def test_finds_the_wrong_direction(self):
        for source, target in [
            ("models/dit/a.cpp", "models/vae/b.h"),
            ("models/vae/a.cpp", "codecs/b.h"),
            ("models/layers/a.cpp", "models/weights/load.h"),
            ("models/weights/a.cpp", "models/layers/b.h"),
            ("models/text/a.cpp", "models/registry.h"),
            ("codecs/a.cpp", "models/vae/b.h"),
            ("pipeline/flow/a.cpp", "models/dit/b.h"),
            ("pipeline/flow/a.cpp", "codecs/b.h"),
            ("pipeline/train/a.cpp", "pipeline/queue/b.h"),
            ("pipeline/train/a.cpp", "codecs/b.h"),
            ("pipeline/train/a.cpp", "pipeline/train/folder/b.h"),
            ("pipeline/train/a.cpp", "pipeline/generate/b.h"),
            ("pipeline/generate/a.cpp", "pipeline/queue/b.h"),
            ("pipeline/generate/a.cpp", "configs/b.h"),
            ("configs/a.cpp", "tools/b.h"),
            ("tools/a.cpp", "tests/b.h"),
            ("tests/codecs/a.cpp", "tools/b.h"),
            ("errors/a.h", "codecs/b.h"),
        ]:
            with self.subTest(source=source, target=target):
                self.assert_found(self.include(source, target), f"{source}:1:", f'may not include "{target}"')

    def test_finds_paths_that_are_not_root_relative(self):
        tree = self.include("codecs/a.cpp", "codecs/b.h", '#include "b.h"\n')
        self.assert_found(tree, '"b.h" is not a file', 'write "codecs/b.h"')
        tree = self.include("codecs/a.cpp", "codecs/b.h", "#include <codecs/b.h>\n")
        self.assert_found(tree, "is ours")

    def test_finds_unknown_folders(self):
        self.assert_found({"util/a.cpp": "\n"}, "util/a.cpp:1:", "no layer")

    def test_finds_cycles(self):
        a, b, c = (f"codecs/{name}.h" for name in "abc")
        tree = {a: f'{H}#include "{b}"\n', b: f'{H}#include "{c}"\n', c: f'{H}#include "{a}"\n'}
        self.assert_found(tree, "include cycle", f"{a} -> {b} -> {c} -> {a}")

    def test_finds_foreign_headers_in_the_wrong_place(self):
        for source, header in [
            ("pipeline/generate/a.cpp", "libavformat/avformat.h"),
            ("models/vae/a.cpp", "libswscale/swscale.h"),
            ("models/vae/a.cpp", "opencv2/core.hpp"),
            ("pipeline/flow/a.cpp", "nlohmann/json.hpp"),
            ("pipeline/generate/a.cpp", "CLI/CLI.hpp"),
            ("codecs/a.cpp", "gtest/gtest.h"),
        ]:
            with self.subTest(source=source, header=header):
                self.assert_found({source: f"#include <{header}>\n"}, f"{source}:1: <{header}> belongs in")
        self.assert_clean({"codecs/av.h": "#include <libavformat/avformat.h>\n#include <opencv2/core.hpp>\n"})

    def test_keeps_json_out_of_headers(self):
        json, fwd = "models/weights/json.h", "#include <nlohmann/json_fwd.hpp>\n"
        self.assert_clean({json: H + fwd, "configs/a.h": H + fwd, "models/text/a.cpp": f'#include "{json}"\n'})
        self.assert_found({"models/text/a.h": H + fwd}, "JSON in a header")
        self.assert_found({json: H, "models/text/a.h": f'{H}#include "{json}"\n'}, "JSON in a header")

    def test_keeps_torch_torch_h_out_of_headers(self):
        self.assert_found({"models/dit/a.h": "#include <torch/torch.h>\n"}, "torch/torch.h")

    def test_ignores_comments(self):
        self.assert_clean({"codecs/a.cpp": '// #include "tools/b.h"\n/*\n#include "x.h"\n*/\n'})


if __name__ == "__main__":
    unittest.main()
