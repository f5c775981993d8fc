#!/usr/bin/env python3
"""Writes the pipeline directory that the shapes model is trained in: configurations and tokenizers, no weights.

    tools/make_shapes_model.py CAPTIONS OUT

CAPTIONS is a text file with one caption a line, as `flowreel shapes --captions 3000` prints them. The tokenizers are
byte-level BPE, of classes that transformers 4 and 5 both read literally. Merging goes on until every word of the
captions and of the pipeline's prompt template is one token, so the template's prefix has the 95 ids that the pipeline
cuts off. The same captions give the same bytes.
"""

import argparse
import collections
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

TEMPLATE_IDS = 95
LATENT_CHANNELS = 16
LLAMA_WIDTH, CLIP_WIDTH = 128, 96
VAE_WIDTHS = [16, 32, 64, 64]

SCHEDULER = {
    "_class_name": "FlowMatchEulerDiscreteScheduler",
    "num_train_timesteps": 1000,
    "shift": 7.0,
    "use_dynamic_shifting": False,
}
TRANSFORMER = {
    "_class_name": "HunyuanVideoTransformer3DModel",
    "attention_head_dim": 64,
    "guidance_embeds": False,
    "in_channels": LATENT_CHANNELS,
    "mlp_ratio": 4.0,
    "num_attention_heads": 3,
    "num_layers": 3,
    "num_refiner_layers": 1,
    "num_single_layers": 5,
    "out_channels": LATENT_CHANNELS,
    "patch_size": 2,
    "patch_size_t": 1,
    "pooled_projection_dim": CLIP_WIDTH,
    "qk_norm": "rms_norm",
    "rope_axes_dim": [16, 24, 24],
    "rope_theta": 256.0,
    "text_embed_dim": LLAMA_WIDTH,
}
# What the model is made for, and every word that it is taught: flowreel's own file, which diffusers passes over.
USE = {"width": 128, "height": 128, "num_frames": 33, "fps": 16, "steps": 20, "cfg_scale": 3}
VAE = {
    "_class_name": "AutoencoderKLHunyuanVideo",
    "act_fn": "silu",
    "block_out_channels": VAE_WIDTHS,
    "down_block_types": ["HunyuanVideoDownBlock3D"] * 4,
    "in_channels": 3,
    "latent_channels": LATENT_CHANNELS,
    "layers_per_block": 1,
    "mid_block_add_attention": True,
    "norm_num_groups": 2,
    "out_channels": 3,
    "scaling_factor": 1.0,
    "spatial_compression_ratio": 8,
    "temporal_compression_ratio": 4,
    "up_block_types": ["HunyuanVideoUpBlock3D"] * 4,
}


def words_of(lines, pattern, to_pieces):
    """{tuple of symbols: how often} of all lines."""
    from fixtures.alphabet import to_symbols

    counts = collections.Counter()
    for line in lines:
        for piece in to_pieces(pattern, line):
            counts[tuple(to_symbols(piece))] += 1
    return counts


def vocabulary(alphabet, merges, last=()):
    vocab = {}
    for token in [*alphabet, *(a + b for a, b in merges), *last]:
        vocab.setdefault(token, len(vocab))
    return vocab


def write_llama(out, captions):
    from fixtures import bpe, tokenizer_files
    from fixtures.alphabet import LLAMA_SPLIT, byte_alphabet

    # What stands between special tokens is split on its own, and so are the template and what is put into it: no
    # caption begins with a newline.
    lines = [part for part in re.split(r"<\|\w+\|>|\{\}", prompt_template()) if part]
    lines += captions + [" " + caption for caption in captions]
    words = words_of(lines, LLAMA_SPLIT, bpe.split)
    merges = bpe.learn(words, len(words) * 40)
    vocab = vocabulary(byte_alphabet(), merges)
    special = {token: len(vocab) + i for i, token in enumerate(tokenizer_files.LLAMA_SPECIAL)}
    tokenizer_files.write_llama(out / "tokenizer", vocab, merges, special, era=5)
    tokenizer_files.dump(
        out / "text_encoder/config.json",
        {
            "architectures": ["LlamaModel"],
            "attention_bias": False,
            "attention_dropout": 0.0,
            "bos_token_id": special[tokenizer_files.BOS],
            "eos_token_id": special[tokenizer_files.EOS],
            "head_dim": 32,
            "hidden_act": "silu",
            "hidden_size": LLAMA_WIDTH,
            "initializer_range": 0.02,
            "intermediate_size": 2 * LLAMA_WIDTH,
            "max_position_embeddings": 512,
            "mlp_bias": False,
            "model_type": "llama",
            "num_attention_heads": LLAMA_WIDTH // 32,
            "num_hidden_layers": 4,
            "num_key_value_heads": LLAMA_WIDTH // 64,
            "pad_token_id": special[tokenizer_files.PAD],
            "rms_norm_eps": 1e-5,
            "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},
            "rope_theta": 10000.0,
            "tie_word_embeddings": False,
            "vocab_size": len(vocab) + len(special),
        },
    )


def write_clip(out, captions):
    from fixtures import bpe, tokenizer_files
    from fixtures.alphabet import CLIP_SPLIT, byte_alphabet

    pieces = lambda pattern, line: bpe.split(pattern, line.lower(), behavior="removed", invert=True)
    words = collections.Counter()
    for word, count in words_of(captions, CLIP_SPLIT, pieces).items():
        words[(*word[:-1], word[-1] + "</w>")] += count
    merges = bpe.learn(words, len(words) * 40)
    alphabet = byte_alphabet()
    ends = [tokenizer_files.CLIP_BOS, tokenizer_files.CLIP_EOS]
    vocab = vocabulary([*alphabet, *(token + "</w>" for token in alphabet)], merges, ends)
    config = {
        "backend": "tokenizers",
        "bos_token": ends[0],
        "clean_up_tokenization_spaces": False,
        "eos_token": ends[1],
        "model_max_length": 77,
        "pad_token": ends[1],
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": ends[1],
    }
    tokenizer_files.dump(out / "tokenizer_2/tokenizer.json", tokenizer_files.clip_tokenizer_json(vocab, merges), None)
    tokenizer_files.dump(out / "tokenizer_2/tokenizer_config.json", config)
    tokenizer_files.dump(
        out / "text_encoder_2/config.json",
        {
            "architectures": ["CLIPTextModel"],
            "attention_dropout": 0.0,
            "bos_token_id": vocab[ends[0]],
            "eos_token_id": vocab[ends[1]],
            "hidden_act": "quick_gelu",
            "hidden_size": CLIP_WIDTH,
            "initializer_factor": 1.0,
            "initializer_range": 0.02,
            "intermediate_size": 2 * CLIP_WIDTH,
            "layer_norm_eps": 1e-5,
            "max_position_embeddings": 77,
            "model_type": "clip_text_model",
            "num_attention_heads": CLIP_WIDTH // 32,
            "num_hidden_layers": 2,
            "pad_token_id": vocab[ends[1]],
            "projection_dim": CLIP_WIDTH,
            "vocab_size": len(vocab),
        },
    )


def prompt_template():
    from diffusers.pipelines.hunyuan_video.pipeline_hunyuan_video import DEFAULT_PROMPT_TEMPLATE

    return DEFAULT_PROMPT_TEMPLATE["template"]


def check_template(out):
    """The pipeline cuts 95 ids off; they must be the template's prefix and nothing else."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(out / "tokenizer/tokenizer.json"))
    prefix = prompt_template().split("{}")[0]
    count = len(tokenizer.encode(prefix).ids)
    if count != TEMPLATE_IDS:
        raise SystemExit(f"the template's prefix has {count} ids, expected {TEMPLATE_IDS}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("captions", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    args = parser.parse_args()

    from fixtures import environment

    environment.enter(pathlib.Path(__file__).resolve().parent.parent)
    from fixtures.tokenizer_files import dump

    captions = sorted(set(args.captions.read_text(encoding="utf-8").splitlines()))
    write_llama(args.out, captions)
    write_clip(args.out, captions)
    check_template(args.out)
    dump(args.out / "scheduler/scheduler_config.json", SCHEDULER)
    dump(args.out / "transformer/config.json", TRANSFORMER)
    dump(args.out / "vae/config.json", VAE)
    words = {word for caption in captions for word in re.findall(r"[\w-]+", caption)}
    dump(args.out / "flowreel.json", USE | {"words": sorted(words)})
    dump(
        args.out / "model_index.json",
        {
            "_class_name": "HunyuanVideoPipeline",
            "_diffusers_version": "0.32.0",
            "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
            "text_encoder": ["transformers", "LlamaModel"],
            "text_encoder_2": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "PreTrainedTokenizerFast"],
            "tokenizer_2": ["transformers", "PreTrainedTokenizerFast"],
            "transformer": ["diffusers", "HunyuanVideoTransformer3DModel"],
            "vae": ["diffusers", "AutoencoderKLHunyuanVideo"],
        },
    )


if __name__ == "__main__":
    main()
