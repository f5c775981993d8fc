// Embeddings of scalars (time, guidance) and of pooled text.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/layers/linear.h"

namespace flowreel {

// [B] float32 values → [B, 256] float32: cos in the first half, sin in the second, frequencies
// exp(-ln(10000) i / 128) (diffusers' Timesteps with flip_sin_to_cos, downscale_freq_shift 0).
at::Tensor sinusoidal_embedding(const at::Tensor& values);
inline constexpr int64_t kSinusoidChannels = 256;

// linear_1 → SiLU → linear_2 (diffusers' TimestepEmbedding and PixArtAlphaTextProjection).
class EmbeddingMlp : public Module {
 public:
  EmbeddingMlp(int64_t in_features, int64_t features);
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  Linear linear_1_, linear_2_;
};

}  // namespace flowreel
