"""Wrong options and prompts: each ends with its exit code and one line that names the option, before any work."""

import cli_program as cli
from cli_program import TINY

OUTPUT = ("-o", "out.mp4")
# Small and short, so that a run that is not refused, as it should be, ends soon.
SIZE = {"--width": "32", "--height": "16", "--num-frames": "5", "--steps": "1"}

# What is wrong, options of `generate` besides --model and -o, exit code, texts in the message.
GENERATE = [
    ("no prompt", [], 64, ["--prompt is missing"]),
    ("bare guidance scale", ["--prompt", "x", "--guidance-scale", "6"], 64, ["--guidance-scale"]),
    ("stray word", ["--prompt", "a", "cat"], 64, ["cat"]),
    ("width 100", ["--width", "100"], 64, ["--width is 100", "96 or 112"]),
    ("frames 10", ["--num-frames", "10"], 64, ["--num-frames is 10", "9 or 13"]),
    ("width 0", ["--width", "0"], 64, ["--width is 0"]),
    ("width 1e9", ["--width", "1000000000"], 64, ["--width is 1000000000", "16384"]),
    ("width beyond 64 bits", ["--width", "99999999999999999999"], 64, ["--width"]),
    ("negative width", ["--width", "-16"], 64, ["--width is -16"]),
    ("width with a unit", ["--width", "512px"], 64, ["--width", "512px"]),
    ("width in hex", ["--width", "0x40"], 64, ["--width"]),
    ("fps 0", ["--fps", "0"], 64, ["--fps is 0"]),
    ("fps NaN", ["--fps", "nan"], 64, ["--fps is nan"]),
    ("steps 0", ["--steps", "0"], 64, ["--steps", "10000"]),
    ("steps 1e7", ["--steps", "10000000"], 64, ["--steps", "10000000"]),
    ("solver", ["--solver", "dpm++"], 64, ["dpm++", "euler", "ab2"]),
    ("flow shift 0", ["--flow-shift", "0"], 64, ["flow shift is 0"]),
    ("guidance NaN", ["--embedded-guidance-scale", "nan"], 64, ["--embedded-guidance-scale is nan"]),
    ("cfg NaN", ["--cfg-scale", "nan"], 64, ["--cfg-scale is nan"]),
    ("cfg rescale 2", ["--cfg-scale", "3", "--cfg-rescale", "2"], 64, ["--cfg-rescale is 2, expected 0 to 1"]),
    ("cfg rescale without cfg", ["--cfg-rescale", "0.5"], 64, ["--cfg-rescale", "--cfg-scale"]),
    ("cfg interval without cfg", ["--cfg-interval", "0.1,0.9"], 64, ["--cfg-interval", "--cfg-scale"]),
    ("cfg interval that falls", ["--cfg-scale", "3", "--cfg-interval", "0.9,0.1"], 64, ["0.9 to 0.1", "rise"]),
    ("cfg interval of one", ["--cfg-scale", "3", "--cfg-interval", "0.9"], 64, ["--cfg-interval", "LOW,HIGH"]),
    ("tolerance for euler", ["--tolerance", "1e-3"], 64, ["--tolerance", "euler", "dopri5"]),
    ("tolerance 0", ["--solver", "dopri5", "--tolerance", "0"], 64, ["--tolerance is 0"]),
    ("grid", ["--grid", "cosine"], 64, ["--grid", "cosine", "quadratic"]),
    ("grid and sigmas", ["--grid", "quadratic", "--sigmas", "1,0.5"], 64, ["--grid", "--sigmas"]),
    ("negative prompt without cfg", ["--negative-prompt", "blur"], 64, ["--negative-prompt", "--cfg-scale"]),
    ("rising sigmas", ["--sigmas", "0.5,1"], 64, ["sigma 1 is 1"]),
    ("sigmas with words", ["--sigmas", "1,half"], 64, ["--sigmas", "half"]),
    ("sigmas above one", ["--sigmas", "7,1"], 64, ["sigma 0 is 7"]),
    ("sigmas with an open end", ["--sigmas", "1,0.5,"], 64, ["--sigmas"]),
    ("sigmas and steps", ["--sigmas", "1,0.5", "--steps", "2"], 64, ["--sigmas", "--steps"]),
    ("seed 1e19", ["--seed", "1e19"], 64, ["--seed", "1e19"]),
    ("seed 2^64", ["--seed", "18446744073709551616"], 64, ["--seed", "18446744073709551615"]),
    ("seed -2", ["--seed", "-2"], 64, ["--seed", "-2"]),
    ("seed abc", ["--seed", "abc"], 64, ["--seed", "abc"]),
    ("noise rng", ["--noise-rng", "mt19937"], 64, ["--noise-rng", "mt19937", "philox"]),
    ("invert alone", ["--invert"], 64, ["--invert needs --input"]),
    ("invert by unipc", ["--invert", "--input", "a.mp4", "--solver", "unipc"], 64, ["unipc", "noise to data"]),
    ("source prompt alone", ["--source-prompt", "a cat"], 64, ["--source-prompt", "--invert"]),
    ("strength alone", ["--strength", "0.5"], 64, ["--strength", "--input"]),
    ("strength 1.5", ["--input", "in.mp4", "--strength", "1.5"], 64, ["--strength is 1.5"]),
    ("input and first frame", ["--input", "a.mp4", "--first-frame", "b.png"], 64, ["--input", "--first-frame"]),
    ("tiling", ["--vae-tiling", "sometimes"], 64, ["--vae-tiling", "sometimes", "auto"]),
    ("tile with a unit", ["--vae-tile", "256px"], 64, ["--vae-tile", "256px"]),
    ("tile with an open end", ["--vae-tile", "256x256x16x"], 64, ["--vae-tile"]),
    ("tile 0", ["--vae-tile", "0x0x0"], 64, ["tile"]),
    ("stride beyond the tile", ["--vae-tile-stride", "512x512x32"], 64, ["stride"]),
    ("device", ["--device", "tpu"], 64, ["--device", "tpu", "cuda"]),
    ("dtype", ["--dtype", "fp64"], 64, ["--dtype", "fp64", "bfloat16"]),
    ("threads -1", ["--threads", "-1"], 64, ["--threads", "-1"]),
    ("memory -1", ["--max-memory", "-1"], 64, ["--max-memory is -1"]),
    ("memory with a unit", ["--max-memory", "8GiB"], 64, ["--max-memory", "8GiB"]),
    ("more memory than allowed", ["--max-memory", "0.125"], 33, ["needs about", "--max-memory allows 128 MiB"]),
    ("codec", ["--codec", "divx"], 64, ["divx", "h264"]),
    ("crf 99", ["--crf", "99"], 64, ["crf", "99"]),
    ("crf -1", ["--crf", "-1"], 64, ["crf", "-1"]),
    ("cfg 0.5", ["--cfg-scale", "0.5"], 64, ["--cfg-scale is 0.5, expected 1 to 1000"]),
    ("AV1 of 32x16", ["--codec", "av1"], 64, ["libsvtav1", "32x16", "at least 64x64 for av1"]),
    ("crf -3", ["--crf", "-3"], 64, ["crf", "-3"]),
    ("crf and bitrate", ["--crf", "20", "--bitrate", "100000"], 64, ["crf", "bitrate"]),
    ("encoder threads 0", ["--encoder-threads", "0"], 64, ["threads"]),
    ("progress", ["--progress", "loud"], 64, ["--progress", "loud", "json"]),
]
NEED_NO_PROMPT = {"no prompt", "bare guidance scale", "stray word"}


class BadOptions(cli.ProgramTest):
    def test_generate(self):
        for what, options, code, texts in GENERATE:
            prompt = [] if what in NEED_NO_PROMPT else ["--prompt", "a cat"]
            with self.subTest(what):
                size = [word for option in SIZE.items() if option[0] not in options for word in option]
                if "--sigmas" in options or what == "no prompt":
                    size = []
                self.assert_refused(code, texts, "generate", "--model", TINY, *prompt, *size, *options, *OUTPUT)

    def test_an_empty_name_is_not_an_option_left_out(self):
        names = ["--input", "--first-frame", "--save-latents", "--frames-dir", "--dump-tensors", "--initial-latents"]
        for option in (*names, "--from-latents", "--prompt-file", "--model", "--output"):
            with self.subTest(option):
                rest = {"--model": TINY, "--prompt": "x", "--output": "out.mp4", **SIZE} | {option: ""}
                for left_out in {"--prompt-file": ["--prompt"], "--from-latents": SIZE}.get(option, []):
                    rest.pop(left_out, None)
                words = [word for pair in rest.items() for word in pair]
                self.assert_refused(64, [option, 'is ""'], "generate", *words)

    def test_options_that_exclude_from_latents(self):
        cli.write_safetensors(self.folder / "z", {"latents": ("F32", [1, 4, 2, 2, 4], bytes(256))})
        for more in (["--width", "32"], ["--input", "a.mp4"], ["--first-frame", "a.png"], ["--initial-latents", "z"]):
            with self.subTest(more[0]):
                texts = ["--from-latents", more[0]]
                self.assert_refused(64, texts, "generate", "--model", TINY, "--from-latents", "z", *more, *OUTPUT)

    def test_the_command(self):
        for what, arguments, texts in [
            ("no subcommand", [], ["subcommand"]),
            ("unknown subcommand", ["render"], ["render", "generate"]),
            ("two subcommands", ["inspect", TINY, "generate"], ["generate"]),
            ("no output", ["generate", "--model", TINY, "--prompt", "x"], ["--output"]),
            ("an option without its value", ["generate", "-o", "x.mp4", "--prompt"], ["--prompt"]),
            ("an empty output", ["generate", "--model", TINY, "--prompt", "x", "-o", ""], ["--output"]),
            ("reconstruct without input", ["reconstruct", "--model", TINY, "-o", "x.mp4"], ["--input"]),
            ("inspect without path", ["inspect"], ["path"]),
            ("the same option twice", ["generate", "-p", "x", "-p", "y", "-o", "z"], ["--prompt", "more than once"]),
        ]:
            with self.subTest(what):
                self.assert_refused(64, texts, *arguments)


class Prompts(cli.ProgramTest):
    def refuse(self, code, texts, *prompt):
        size = [word for option in SIZE.items() for word in option]
        self.assert_refused(code, texts, "generate", "--model", TINY, *prompt, *size, *OUTPUT)

    def test_bytes_that_are_no_text(self):
        for what, prompt in [
            ("a stray byte", b"a \xff cat"),
            ("a cut sequence", b"a cat \xe4\xb8"),
            ("an overlong slash", b"\xc0\xaf"),
            ("a lone surrogate", b"\xed\xa0\x80"),
            ("beyond U+10FFFF", b"\xf4\x90\x80\x80"),
        ]:
            with self.subTest(what):
                self.refuse(65, ["prompt", "UTF-8"], "--prompt", prompt)
        (self.folder / "p.txt").write_bytes(b"a \xff cat")
        self.refuse(65, ["prompt", "UTF-8"], "--prompt-file", "p.txt")
        self.refuse(65, ["negative prompt", "UTF-8"], "--prompt", "x", "--cfg-scale", "2", "-n", b"\xff")

    def test_a_prompt_of_two_megabytes(self):
        (self.folder / "p.txt").write_text("a cat " * 350_000)
        self.refuse(65, ["p.txt", "2100000"], "--prompt-file", "p.txt")

    def test_a_prompt_file_that_cannot_be_read(self):
        (self.folder / "empty").mkdir()
        self.refuse(66, ["p.txt"], "--prompt-file", "p.txt")
        self.refuse(77, ["empty", "directory"], "--prompt-file", "empty")
        self.refuse(77, ["/dev/zero"], "--prompt-file", "/dev/zero")
        self.refuse(77, ["http://"], "--prompt-file", "http://example.org/p.txt")

    def test_a_file_with_a_zero_byte(self):
        (self.folder / "p.txt").write_bytes(b"a cat\0and a dog")
        self.refuse(65, ["prompt", "zero byte"], "--prompt-file", "p.txt")

    def test_both_sources(self):
        (self.folder / "p.txt").write_text("a cat")
        self.refuse(64, ["--prompt", "--prompt-file"], "--prompt", "x", "--prompt-file", "p.txt")

    def test_unusual_text_is_taken_as_it_is(self):
        for prompt in ["", "{} {0} %s %n \\", "a\tb\nc", "\u202eright to left\u200b", "<|eot_id|>🎬"]:
            with self.subTest(repr(prompt)):
                self.generate("--overwrite", *OUTPUT, prompt=prompt)


if __name__ == "__main__":
    cli.main()
