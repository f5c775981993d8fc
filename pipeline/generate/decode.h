// The decode stage: latents to frames, as a stream.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "models/vae/tiling.h"
#include "pipeline/generate/compute.h"
#include "pipeline/generate/events.h"

namespace flowreel {

struct DecodeSinks {
  std::function<void(const at::Tensor& frame)> frame;  // [H,W,3] uint8 RGB, in order
  std::function<void(const at::Tensor& frames)>
      decoded;  // [n,3,H,W] float32 before clamping; may be empty
};

// latents [1,C,T,h,w], not scaled. 8-bit values are (x/2 + 1/2) clamped to [0,1], times 255,
// rounded half to even (diffusers' PIL path). NumericsError names the first frame that is not
// finite.
void decode_latents(const HunyuanVae& vae, const at::Tensor& latents, const VaeTiling& tiling,
                    const ComputePlan& plan, const Events& events, const DecodeSinks& sinks);

// Frames [n,3,H,W], about [-1,1], in any floating type → [n,H,W,3] uint8.
at::Tensor to_uint8_frames(const at::Tensor& decoded);

}  // namespace flowreel
