// Runs the autoencoder over clips of any size in overlapping tiles. GroupNorm and attention see one
// tile, so the geometry is part of the result: same geometry, same frames. The defaults, the order
// of the blends and their aliasing are those of diffusers' AutoencoderKLHunyuanVideo.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "models/vae/hunyuan_vae.h"

namespace flowreel {

// All sizes in pixels and frames of the clip (not of the latent). Time is always tiled when a clip
// is longer than a tile; space only when `spatial` is set and the clip larger than a tile.
struct VaeTiling {
  bool spatial = false;
  int64_t tile_height = 256, tile_width = 256, tile_frames = 16;
  int64_t stride_height = 192, stride_width = 192, stride_frames = 12;
};

// UsageError unless every stride and tile is a positive multiple of the compression ratio and
// stride <= tile.
void check_tiling(const VaeTiling& tiling, const HunyuanVaeConfig& config);

// x [B,3,F,H,W] in [-1,1], F = 4k+1, H and W multiples of 8 → moments [B,2C,T,h,w] (mean,
// log-variance).
// `breakpoint`: see blocks.h.
at::Tensor vae_encode(const HunyuanVae& vae, const at::Tensor& x, const VaeTiling& tiling,
                      const Breakpoint& breakpoint = {});

// z [B,C,T,h,w], not scaled. Frames are handed on as soon as no later tile can change them: chunks
// [B,3,n,H,W] in order, 4(T-1)+1 frames in all, not clamped. Holds two time tiles of frames, never
// the clip.
using FrameSink = std::function<void(const at::Tensor& frames)>;
void vae_decode(const HunyuanVae& vae, const at::Tensor& z, const VaeTiling& tiling,
                const FrameSink& sink, const Breakpoint& breakpoint = {});

}  // namespace flowreel
