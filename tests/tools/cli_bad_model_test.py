"""Broken model directories: each ends with its exit code and one line that names the file and what is wrong with it."""

import shutil
import struct

import cli_program as cli

TRANSFORMER = "transformer/diffusion_pytorch_model.safetensors"
VAE = "vae/diffusion_pytorch_model.safetensors"
LLAMA = "text_encoder/model.safetensors"


class BadModel(cli.ProgramTest):
    """Every test breaks a copy of the tiny model in one way."""

    def refuse(self, code, *texts, model="model"):
        run = ["generate", "--model", model, *cli.BRIEF, "--prompt", "a cat", "--progress", "none", "-o", "out.mp4"]
        before = cli.listing(self.folder)
        result = self.run_in(*run)
        self.assertEqual(result.code, code, result.err)
        self.assert_error(result, *texts)
        notices = result.err.splitlines()[:-1]
        self.assertTrue(all(n.startswith("flowreel: seed") for n in notices), result.err)
        self.assertEqual(cli.listing(self.folder), before, "the failed run left something behind")

    def edit_tensors(self, name, change):
        """Breaks the tensors of one file of a copy of the model."""
        file = self.copy_model() / name
        tensors = cli.read_safetensors(file)
        change(tensors)
        cli.write_safetensors(file, tensors)


class Directory(BadModel):
    def test_no_model(self):
        self.refuse(66, "nowhere", "directory", model="nowhere")
        self.refuse(66, "model.mp4", "directory", model=self.written("model.mp4", b"x"))
        (self.folder / "empty").mkdir()
        self.refuse(66, "empty", "model_index.json", model="empty")
        self.refuse(66, "hunyuanvideo-community/HunyuanVideo", model="hunyuanvideo-community/HunyuanVideo")

    def written(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def test_another_pipeline(self):
        def rename(index):
            index["_class_name"] = "WanPipeline"

        self.edit_json(self.copy_model() / "model_index.json", rename)
        self.refuse(65, "model_index.json", "WanPipeline", "HunyuanVideoPipeline")

    def test_a_component_is_missing(self):
        for component in ("transformer", "vae", "text_encoder", "tokenizer_2", "scheduler"):
            with self.subTest(component):
                shutil.rmtree(self.copy_model(name=component) / component)
                self.refuse(66, f"{component}/{component}", "not there", model=component)

    def test_broken_configurations(self):
        good = (cli.TINY / "transformer" / "config.json").read_text()
        cases = {
            "duplicate key": (good.replace('"num_layers": 1', '"num_layers": 1, "num_layers": 2'), "num_layers"),
            "wrong type": (good.replace('"num_layers": 1', '"num_layers": "one"'), "num_layers"),
            "huge": (good.replace('"num_layers": 1', '"num_layers": 1000000000000'), "num_layers"),
            "negative": (good.replace('"num_attention_heads": 2', '"num_attention_heads": -2'), "num_attention_heads"),
            "zero": (good.replace('"patch_size": 1', '"patch_size": 0'), "patch_size"),
            "trailing text": (good + "{}", "config.json"),
            "a list": ("[]", "config.json"),
            "nothing": ("", "config.json"),
            "depth": ("[" * 100_000, "config.json"),
        }
        for what, (text, named) in cases.items():
            with self.subTest(what):
                model = self.copy_model(name=what)
                (model / "transformer" / "config.json").write_text(text)
                self.refuse(65, "transformer/config.json", named, model=what)

    def test_broken_tokenizers(self):
        good = (cli.TINY / "tokenizer" / "tokenizer.json").read_text()
        for what, text in {"cut": good[: len(good) // 2], "other": '{"version": "1.0"}', "none": ""}.items():
            with self.subTest(what):
                (self.copy_model(name=what) / "tokenizer" / "tokenizer.json").write_text(text)
                self.refuse(65, "tokenizer/tokenizer.json", model=what)


class Weights(BadModel):
    def test_files_that_are_no_safetensors(self):
        whole = (cli.TINY / TRANSFORMER).read_bytes()
        pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1234\n"
        for what, data, texts in [
            ("empty", b"", []),
            ("seven bytes", b"\0" * 7, []),
            ("huge header", struct.pack("<Q", 2**63) + b"{}", []),
            ("cut in the header", whole[:100], []),
            ("cut in the data", whole[:-100], []),
            ("one byte more", whole + b"\0", []),
            ("pointer", pointer, ["LFS"]),
            ("pickle", b"PK\x03\x04" + b"\0" * 100, ["pickle"]),
            ("gguf", b"GGUF" + b"\0" * 100, ["GGUF"]),
        ]:
            with self.subTest(what):
                (self.copy_model(name=what) / TRANSFORMER).write_bytes(data)
                self.refuse(65, "diffusion_pytorch_model.safetensors", *texts, model=what)

    def test_only_a_pickle_is_there(self):
        folder = self.copy_model() / "vae"
        (folder / "diffusion_pytorch_model.safetensors").rename(folder / "diffusion_pytorch_model.bin")
        self.refuse(66, "vae", "safetensors", ".bin")

    def test_a_tensor_is_missing(self):
        self.edit_tensors(TRANSFORMER, lambda t: t.pop("proj_out.bias"))
        self.refuse(65, "transformer", "missing", "proj_out.bias")

    def test_a_tensor_too_many(self):
        self.edit_tensors(VAE, lambda t: t.update({"decoder.extra.weight": ("F32", [1], bytes(4))}))
        self.refuse(65, "vae", "unexpected", "decoder.extra.weight")

    def test_a_tensor_of_another_shape(self):
        dtype, shape, data = cli.read_safetensors(cli.TINY / TRANSFORMER)["proj_out.bias"]
        self.edit_tensors(TRANSFORMER, lambda t: t.update({"proj_out.bias": (dtype, [1, *shape], data)}))
        self.refuse(65, "proj_out.bias", f"[1, {shape[0]}]", f"[{shape[0]}]")

    def test_a_tensor_of_integers(self):
        dtype, shape, data = cli.read_safetensors(cli.TINY / TRANSFORMER)["proj_out.bias"]
        integers = ("I32", shape, bytes(4 * shape[0]))
        self.edit_tensors(TRANSFORMER, lambda t: t.update({"proj_out.bias": integers}))
        self.refuse(65, "proj_out.bias", "I32")

    def test_weights_that_are_not_numbers(self):
        dtype, shape, data = cli.read_safetensors(cli.TINY / TRANSFORMER)["proj_out.bias"]
        nan = (dtype, shape, b"\xff" * len(data))
        self.edit_tensors(TRANSFORMER, lambda t: t.update({"proj_out.bias": nan}))
        self.refuse(70, "step 0", "NaN")

    def test_a_decoder_that_is_not_finite(self):
        dtype, shape, data = cli.read_safetensors(cli.TINY / VAE)["decoder.conv_out.conv.bias"]
        self.edit_tensors(VAE, lambda t: t.update({"decoder.conv_out.conv.bias": (dtype, shape, b"\xff" * len(data))}))
        self.refuse(70, "frame 0", "NaN")

    def test_a_shard_outside_of_the_model(self):
        index = "transformer/diffusion_pytorch_model.safetensors.index.json"
        for what, shard, code in [
            ("parent", "../vae/diffusion_pytorch_model.safetensors", 77),
            ("absolute", "/etc/passwd", 77),
            ("missing", "diffusion_pytorch_model-00009-of-00009.safetensors", 66),
        ]:
            with self.subTest(what):

                def move(content, shard=shard):
                    content["weight_map"]["proj_out.bias"] = shard

                self.edit_json(self.copy_model(cli.SMALL, what) / index, move)
                self.refuse(code, shard, model=what)


if __name__ == "__main__":
    cli.main()
