#!/usr/bin/env python3
"""Writes a pipeline directory with the published HunyuanVideo configuration and no data.

    tools/make_published_shape.py OUT [--without transformer text_encoder ...]

Every header, shard and index is what the published checkpoint has (20 + 40 blocks, 3072 wide, an
8-billion LLaMA, CLIP-L, the full VAE). All weights are zero and are holes in the files: 42 GB by
their lengths, next to nothing on the disk. The two tokenizers are small valid stand-ins that know
single bytes and the special tokens at their published ids; they are not the published vocabularies.
Standard library only.
"""

import argparse
import json
import math
import pathlib
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fixtures import alphabet, published, tokenizer_files  # noqa: E402  (the path above finds them)

BYTES = {"F32": 4, "F16": 2, "BF16": 2}
LLAMA_SPECIAL = {
    "<|begin_of_text|>": 128000,
    "<|end_of_text|>": 128001,
    "<|start_header_id|>": 128006,
    "<|end_header_id|>": 128007,
    "<|eot_id|>": 128009,
    "<unk>": 128256,
    "<image>": 128257,
    "<pad>": 128258,
}
# component: (config, tensors, type, stem of the file names, largest shard in bytes)
WEIGHTS = {
    "transformer": (
        published.TRANSFORMER,
        published.transformer_tensors,
        "BF16",
        "diffusion_pytorch_model",
        10**10,
    ),
    "vae": (published.VAE, published.vae_tensors, "F32", "diffusion_pytorch_model", 10**10),
    "text_encoder": (published.LLAMA, published.llama_tensors, "F16", "model", 5 * 10**9),
    "text_encoder_2": (published.CLIP, published.clip_tensors, "F16", "model", 5 * 10**9),
}
OTHERS = ("tokenizer", "tokenizer_2", "scheduler")


def write_empty(path, tensors, dtype):
    """A safetensors file whose data is one hole."""
    header, end = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors.items():
        begin, end = end, end + math.prod(shape) * BYTES[dtype]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + end)


def in_shards(tensors, dtype, largest):
    """The tensors in their order, cut where a shard would grow beyond `largest` bytes."""
    shards, filled = [{}], 0
    for name, shape in tensors.items():
        size = math.prod(shape) * BYTES[dtype]
        if filled and filled + size > largest:
            shards.append({})
            filled = 0
        shards[-1][name] = shape
        filled += size
    return shards


def write_weights(folder, component):
    """Writes one component and returns its number of parameters."""
    config, list_tensors, dtype, stem, largest = WEIGHTS[component]
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer_files.dump(folder / "config.json", config)
    tensors = list_tensors(config)
    shards = in_shards(tensors, dtype, largest)
    parameters = sum(math.prod(shape) for shape in tensors.values())
    if len(shards) == 1:
        write_empty(folder / f"{stem}.safetensors", tensors, dtype)
        return parameters
    weight_map = {}
    for i, shard in enumerate(shards):
        name = f"{stem}-{i + 1:05}-of-{len(shards):05}.safetensors"
        write_empty(folder / name, shard, dtype)
        weight_map |= {tensor: name for tensor in shard}
    tokenizer_files.dump(
        folder / f"{stem}.safetensors.index.json",
        {
            "metadata": {"total_size": parameters * BYTES[dtype]},
            "weight_map": dict(sorted(weight_map.items())),
        },
    )
    return parameters


def write_tokenizer(folder):
    vocab = {symbol: i for i, symbol in enumerate(alphabet.byte_alphabet())}
    tokenizer_files.write_llama(folder, vocab | LLAMA_SPECIAL, [], LLAMA_SPECIAL, era=4)


def write_tokenizer_2(folder):
    symbols = alphabet.byte_alphabet()
    vocab = {
        symbol: i for i, symbol in enumerate([*symbols, *(symbol + "</w>" for symbol in symbols)])
    }
    special = {tokenizer_files.CLIP_BOS: 49406, tokenizer_files.CLIP_EOS: 49407}
    tokenizer_files.write_clip(folder, vocab | special, [], era=4)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument(
        "--without", nargs="+", default=[], choices=[*WEIGHTS, *OTHERS], metavar="COMPONENT"
    )
    arguments = parser.parse_args()
    if arguments.out.exists() and any(arguments.out.iterdir()):
        parser.error(f"{arguments.out} exists and is not empty: expected a new or empty directory")
    arguments.out.mkdir(parents=True, exist_ok=True)
    tokenizer_files.dump(arguments.out / "model_index.json", published.MODEL_INDEX)
    for component in WEIGHTS:
        if component not in arguments.without:
            print(
                f"{component}: {write_weights(arguments.out / component, component):,} parameters"
            )
    if "tokenizer" not in arguments.without:
        write_tokenizer(arguments.out / "tokenizer")
    if "tokenizer_2" not in arguments.without:
        write_tokenizer_2(arguments.out / "tokenizer_2")
    if "scheduler" not in arguments.without:
        tokenizer_files.dump(
            arguments.out / "scheduler" / "scheduler_config.json", published.SCHEDULER
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
