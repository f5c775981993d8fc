// Rotary position embedding over the three axes of a clip, and the RMSNorm of queries and keys that
// precedes it.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <vector>

#include "models/layers/norm.h"

namespace flowreel {

// cos and sin of position × frequency, [N, d/2] float32 each: one column for each rotated pair.
struct RopeTable {
  at::Tensor cos, sin;
};

// Tokens of a T×h×w grid, t slowest. axes_dim: how many of the head's d features turn with t, h and
// w; frequencies theta^(-2i/dim) with dim the axis' own (diffusers' HunyuanVideoRotaryPosEmbed).
RopeTable rope_3d(std::array<int64_t, 3> grid, const std::vector<int64_t>& axes_dim, double theta,
                  at::Device device);

// Queries or keys x [B,S,H,d] → RMSNorm over d, for the first N tokens (the video's) by `video`,
// for the rest by `text`; the video tokens, N = table.cos.size(0), are then rotated in interleaved
// pairs (2i, 2i+1), in float32. x's memory is reused where no graph is recorded.
at::Tensor norm_and_rotate(at::Tensor x, const RmsNorm& video, const RmsNorm& text,
                           const RopeTable& table);

}  // namespace flowreel
