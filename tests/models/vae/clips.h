// Clips in and out of the autoencoder, as its tests need them.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "models/vae/tiling.h"

namespace flowreel {

// [F,H,W,3] uint8 → [1,3,F,H,W] in [-1,1], as diffusers' VideoProcessor.
inline at::Tensor unit_clip(const at::Tensor& frames) {
  return (frames.permute({3, 0, 1, 2}).unsqueeze(0).to(at::kFloat) / 255.0 * 2.0 - 1.0)
      .contiguous();
}

// All chunks of a decode as [F,3,H,W] float32.
inline at::Tensor decoded_frames(const HunyuanVae& vae, const at::Tensor& z,
                                 const VaeTiling& tiling) {
  std::vector<at::Tensor> chunks;
  vae_decode(vae, z, tiling,
             [&chunks](const at::Tensor& chunk) { chunks.push_back(chunk.clone()); });
  return at::cat(chunks, 2).select(0, 0).transpose(0, 1).to(at::kFloat);
}

}  // namespace flowreel
