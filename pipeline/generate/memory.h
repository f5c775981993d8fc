// What a run will need in memory, estimated from configurations before anything is loaded.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/model_dir.h"
#include "pipeline/generate/options.h"
#include "pipeline/generate/size.h"

namespace flowreel {

// Peak of one decode, activations only, bytes: from the largest feature map of a tile, and the
// frames of two time tiles.
uint64_t decode_bytes(const HunyuanVaeConfig& config, const ClipSize& size, const VaeTiling& tiling,
                      uint64_t bytes_per_value);

// The same of one encode, with the copies of the clip that lead to it.
uint64_t encode_bytes(const HunyuanVaeConfig& config, const ClipSize& size, const VaeTiling& tiling,
                      uint64_t bytes_per_value);

// Peak of the language model on its longest prompt, activations only, bytes.
uint64_t text_bytes(const LlamaConfig& config, uint64_t bytes_per_value);

// Peak of one transformer evaluation, activations only, bytes: of all tokens the residual stream,
// its normalised copy, queries, keys, values, the attention's output, the feed-forward's inside,
// and what is on its way from one to the next.
uint64_t transformer_bytes(const VideoTransformer& transformer, const HunyuanVaeConfig& vae,
                           const ClipSize& size, uint64_t bytes_per_value);

// The tiling that a mode means for this clip. kAuto tiles in space when an untiled decode would
// take more than half of the free memory; `why` then receives one line that says so either way.
// kOff fills it too, when such a decode would take more than all of it.
VaeTiling choose_tiling(const VaeOptions& options, const HunyuanVaeConfig& config,
                        const ClipSize& size, uint64_t bytes_per_value, at::Device device,
                        std::string* why);

// "3.2 GiB", "714 MiB".
std::string human_bytes(uint64_t bytes);

}  // namespace flowreel
