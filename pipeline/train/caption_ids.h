// Captions as token ids, batched for the text encoders.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace flowreel {

// One caption: in the pipeline's template with <|begin_of_text|> for LLaMA, between its two ends
// for CLIP. Not padded.
struct CaptionIds {
  std::vector<int64_t> llama, clip;
};
using CaptionTokenizer = std::function<CaptionIds(const std::string& caption)>;

// Remembers what it was asked before; captions recur.
CaptionTokenizer remembering(CaptionTokenizer tokenizer);

// Rows of ids, padded on the right to the longest with `pad`: [B,L] int64, and [B,L] bool, true
// where there is a token.
struct PaddedIds {
  at::Tensor ids, mask;
};
PaddedIds padded(const std::vector<std::vector<int64_t>>& rows, int64_t pad);

}  // namespace flowreel
