import unittest

from scratch_tree import ScratchTree

import check_style

H = "#pragma once\n"


def function(lines, parameters="int a"):
    return f"int f({parameters}) {{\n" + "  g();\n" * (lines - 2) + "}\n"


class CheckStyle(ScratchTree):
    check = staticmethod(check_style.check)

    def assert_line_found(self, path, line, *expected):
        self.assert_found({path: line + "\n"}, f"{path}:1:", *expected)

    def test_accepts_good_code(self):
        prose = "// x_t = (1 - t) x_0 + t x_1; v is its slope.\n// Each step (see below) calls it once, then returns.\n"
        self.assert_clean(
            {
                "codecs/reader.h": "// What a reader is.\n" + H + "namespace a {\nint f(int a, int b);\n}\n",
                "codecs/reader.cpp": '#include "codecs/reader.h"\n' + prose + function(50),
                "codecs/av.h": H + "using Frame = Ptr<AVFrame, av_frame_free>;\n",
                "codecs/av.cpp": "void av_check() { av_strerror(); }\n",
                "tests/codecs/reader_test.cpp": "TEST(A, B) {\n  EXPECT_EQ(1, 1);\n}\n",
                "tests/codecs/reader_broken_files_test.cpp": "int x = 1'000'000;\n",
                "tests/codecs/fuzz_reader_test.cpp": "int z;\n",
                "tests/codecs/parity_test.cpp": "int y;\n",
                "tools/flowreel/main.cpp": 'int main() { std::cout << "x"; exit(1); }\n',
                "CMakeLists.txt": "# not file(GLOB)\nadd_library(a b.cpp)\n",
            }
        )

    def test_file_length(self):
        self.assert_found({"codecs/a.cpp": "\n" * 301}, "301 lines")
        self.assert_clean({"codecs/a.cpp": "\n" * 300, "tools/b.py": "\n" * 500})
        self.assert_found({"tools/b.py": "\n" * 501}, "501 lines")

    def test_line_length(self):
        self.assert_line_found("codecs/a.cpp", "int " + "a" * 97 + ";", "102 columns")
        self.assert_line_found("README.md", "a" * 121, "121 columns")
        self.assert_clean({"README.md": "| " + "a" * 200 + "\n", "codecs/a.cpp": '    "' + "a" * 120 + '";\n'})
        self.assert_clean({"codecs/a.cpp": "// " + "é" * 97 + "\n"})

    def test_function_length(self):
        self.assert_clean({"codecs/a.cpp": function(60)})
        self.assert_found({"codecs/a.cpp": function(61)}, "f has 61 lines")

    def test_parameters(self):
        six = "int a, std::map<int, int> b, F<void(int, int)> c = {1, 2}, int d, int e, int f"
        self.assert_clean({"codecs/a.cpp": function(3, six)})
        self.assert_found({"codecs/a.cpp": function(3, six + ", int g")}, "7 parameters")
        self.assert_found({"codecs/a.h": H + f"class A {{\n  A({six}, int g);\n}};\n"}, "7 parameters")

    def test_file_names(self):
        self.assert_line_found("codecs/MyReader.cpp", "int a;", "snake_case")
        self.assert_line_found("codecs/my-reader.cpp", "int a;", "snake_case")
        self.assert_line_found("codecs/reader.hpp", "int a;", ".h and .cpp")

    def test_headers(self):
        self.assert_line_found("codecs/a.h", "int a;", "#pragma once")
        self.assert_found({"codecs/a.h": "#include <map>\n" + H}, "#pragma once")
        self.assert_found({"codecs/a.h": H + "using namespace std;\n"}, "using namespace")

    def test_library_is_silent(self):
        for line in [
            "std::cout << 1;",
            "void f() { std::cerr << 1; }",
            'void f() { printf("x"); }',
            'void f() { std::fprintf(stderr, "x"); }',
            "void f() { std::abort(); }",
            "void f() { exit(1); }",
            "void f() { ::_exit(1); }",
        ]:
            with self.subTest(line=line):
                self.assert_line_found("models/vae/a.cpp", line, "never prints, aborts or exits")
        self.assert_clean({"models/vae/a.cpp": 'int f() { snprintf(b, 1, "exit(1)"); /* abort() */ queue.exit(1); }\n'})

    def test_libav_is_freed_in_one_place(self):
        for call in ["av_frame_free(&f)", "av_packet_unref(p)", "avformat_close_input(&c)", "sws_freeContext(s)"]:
            with self.subTest(call=call):
                self.assert_line_found("codecs/reader.cpp", f"void f() {{ {call}; }}", "only codecs/av.h")
        self.assert_line_found("codecs/reader.cpp", "using F = Ptr<AVFrame, av_frame_free>;", "only codecs/av.h")

    def test_libav_errors_are_told_in_one_place(self):
        self.assert_line_found("codecs/reader.cpp", "void f() { av_strerror(a); }", "one function of codecs/av.h")
        self.assert_found({"codecs/av.cpp": "int a() { av_strerror(b); }\nint c() { av_strerror(d); }\n"}, ":2:")

    def test_registration(self):
        self.assert_found({"models/r.h": H + "#define REGISTER_MODEL(x) x\n"}, "explicit table")
        self.assert_line_found("models/a.cpp", "static ModelRegistrar r(1);", "explicit table")

    def test_dead_code(self):
        for line in ["// foo(bar);", "// int x = 3;", "  // return x;", "// }", "// if (a) {", "#if 0\n#endif"]:
            with self.subTest(line=line):
                self.assertTrue(self.findings({"codecs/a.cpp": line + "\n"}))

    def test_conditionals(self):
        code = "#ifdef A\n#endif\n" * 3
        self.assert_found({"codecs/a.cpp": code}, "3 #if")

    def test_tests_mirror_the_tree(self):
        self.assert_line_found("tests/codecs/writer_test.cpp", "int a;", "codecs/writer.cpp")

    def test_cmake_lists_by_name(self):
        self.assert_line_found("CMakeLists.txt", "file(GLOB sources *.cpp)", "by name")
        self.assert_line_found("cmake/A.cmake", "file( GLOB_RECURSE sources *.cpp)", "by name")

    def test_forbidden_words(self):
        for text in ["pip install -i https://py" + "pi.org", "cd /wo" + "rk/x", "TO" + "DO: this", "see issue " + "#3"]:
            with self.subTest(text=text):
                self.assert_line_found("README.md", text, ":1:")
        self.assert_clean({"README.md": "pytorch#88718; out/work/x and network/home/x.\n"})

    def test_leaves_generated_folders_alone(self):
        self.assert_clean({"build/x/A.cpp": "#if 0\n", ".venv/B.py": "TO" + "DO\n", "tests/data/c/D.txt": "a" * 200})


if __name__ == "__main__":
    unittest.main()
