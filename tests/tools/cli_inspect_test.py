"""What `inspect` says of model directories, weights and clips, and how fast."""

import json
import re
import resource
import subprocess
import sys

import cli_program as cli
from cli_program import ROOT, SMALL, TINY


class Published(cli.ProgramTest):
    """The shape of the published model, in sparse files."""

    def make(self, *options):
        script = [sys.executable, str(ROOT / "tools" / "make_published_shape.py"), str(self.folder / "hv"), *options]
        subprocess.run(script, check=True, capture_output=True)

    def processor_time(self):
        """Seconds that finished programs have used: no matter what else the machine does."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def test_parameters_from_headers_within_a_second(self):
        self.make()
        began = self.processor_time()
        out = self.succeed("inspect", "hv", "--width", "960", "--height", "544", "--num-frames", "61").out
        self.assertLess(self.processor_time() - began, 1)
        self.assertRegex(out, r"transformer +12 821 012 544 parameters .*BFloat16")
        self.assertRegex(out, r"vae +246 478 803 parameters .*Float")
        self.assertIn("960x544, 61 frames", out)
        self.assertNotIn("PROBLEM", out)
        self.assertNotIn("absent", out)

    def test_absent_components_are_named(self):
        self.make("--without", "text_encoder", "vae")
        out = self.succeed("inspect", "hv").out
        self.assertIn("12 821 012 544", out)
        self.assertIn("absent: text_encoder, vae\n", out)


class Models(cli.ProgramTest):
    def test_as_json(self):
        model = json.loads(self.succeed("inspect", "--json", SMALL, "--width", "64", "--height", "48").out)
        weights = [t for f in (SMALL / "transformer").glob("*.safetensors") for t in cli.read_safetensors(f).values()]
        found = model["components"]["transformer"]["weights"]
        self.assertEqual(found["tensors"], len(weights))
        self.assertEqual(found["bytes"], sum(len(data) for _, _, data in weights))
        self.assertEqual(model["memory"]["width"], 64)
        self.assertGreater(model["memory"]["decode_bytes"], 64 * 48)
        self.assertFalse([c for c in model["components"].values() if "problem" in c])

    def test_a_model_that_does_not_load_says_why(self):
        file = self.copy_model() / "vae" / "diffusion_pytorch_model.safetensors"
        file.write_bytes(file.read_bytes()[:-4])
        out = self.succeed("inspect", "model").out
        self.assertRegex(out, r"vae +PROBLEM: .*diffusion_pytorch_model.safetensors")
        model = json.loads(self.succeed("inspect", "--json", "model").out)
        self.assertIn("diffusion_pytorch_model.safetensors", model["components"]["vae"]["problem"])

    def test_a_weights_file_and_a_folder_of_shards(self):
        file = next((TINY / "vae").glob("*.safetensors"))
        tensors = cli.read_safetensors(file)
        count = sum(len(data) for _, _, data in tensors.values()) // 4
        self.assertRegex(
            self.succeed("inspect", file).out.replace(" ", ""), f"^{file.name}{count}parametersin{len(tensors)}tensors"
        )
        self.assertEqual(json.loads(self.succeed("inspect", "--json", file).out)["parameters"], count)
        self.assertIn("parameters", self.succeed("inspect", SMALL / "transformer").out)


class Clips(cli.ProgramTest):
    def test_our_clip_prints_its_manifest(self):
        self.generate("-o", "o.mp4", "--seed", "18446744073709551615", prompt="a cat, \"quoted\" 🎬")
        manifest = json.loads(self.succeed("inspect", "o.mp4").out)
        beside = json.loads((self.folder / "o.json").read_text())
        self.assertRegex(beside["hashes"].pop("file"), "^[0-9a-f]{64}$")  # a file cannot hold its own hash
        self.assertEqual(manifest, beside)
        self.assertEqual(manifest["prompt"], "a cat, \"quoted\" 🎬")
        self.assertEqual(manifest["seed"], 2**64 - 1)

    def test_what_is_not_ours(self):
        cli.make_clip(self.folder / "foreign.mp4")
        self.assert_refused(65, ["foreign.mp4", "manifest"], "inspect", "foreign.mp4")
        (self.folder / "text.mp4").write_text("no clip")
        self.assert_refused(65, ["text.mp4"], "inspect", "text.mp4")
        (self.folder / "text.safetensors").write_text("no weights")
        self.assert_refused(65, ["text.safetensors"], "inspect", "text.safetensors")
        self.assert_refused(66, ["nothing.mp4"], "inspect", "nothing.mp4")
        self.assert_refused(66, ["xxx"], "inspect", "x" * 300)
        self.assert_refused(77, ["/dev/zero"], "inspect", "/dev/zero")
        (self.folder / "empty").mkdir()
        self.assert_refused(66, ["empty"], "inspect", "empty")
        self.assert_refused(64, ["--width is 100"], "inspect", TINY, "--width", "100")


class Help(cli.ProgramTest):
    def test_help_fits_a_screen(self):
        for command in ([], ["generate"], ["reconstruct"], ["inspect"]):
            with self.subTest(command):
                lines = self.succeed(*command, "--help").out.splitlines()
                self.assertLessEqual(len(lines), 60)
                self.assertLessEqual(max(map(len, lines)), 100)

    def test_version(self):
        project = re.search(r"project\(\S+ VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
        self.assertEqual(self.succeed("--version").out, f"flowreel {project}\n")


if __name__ == "__main__":
    cli.main()
