// Which clip sizes a model can make, and the nearest ones when asked for another.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "pipeline/generate/options.h"

namespace flowreel {

struct ClipSize {
  int64_t width = 0, height = 0, frames = 0;
  double fps = 0;
};

// What sizes must be multiples of, and by how much the VAE compresses.
struct SizeRules {
  int64_t spatial_multiple = 16;  // of width and height, pixels
  int64_t temporal_multiple = 4;  // frames = k·this + temporal_offset
  int64_t temporal_offset = 1;    // the smallest clip; 1 unless a token spans several latent frames
  int64_t spatial_ratio = 8, temporal_ratio = 4;
  std::array<int64_t, 3> patch = {1, 2, 2};  // latent positions per token along t, h, w
};

// The options with `otherwise` for what is not set, which is the size of the clip `source` unless
// that is empty. UsageError for a width or height that is not a multiple, a frame count that is not
// 4k+1, or anything out of range; it names the option or the clip, whichever has the value, and the
// nearest valid values (of frames, the clip has no more than it has).
ClipSize resolve_size(const SizeOptions& options, const ClipSize& otherwise, const SizeRules& rules,
                      const std::string& source = "");

// [1, channels, T, h, w] of the latents of such a clip.
std::array<int64_t, 5> latent_shape(const ClipSize& size, int64_t channels, const SizeRules& rules);

// HunyuanVideo's published default: 1280 x 720, 129 frames, 24 per second.
ClipSize default_size();

}  // namespace flowreel
