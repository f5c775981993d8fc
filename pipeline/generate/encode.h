// The encode stage: frames to latents.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/vae/tiling.h"
#include "pipeline/generate/compute.h"
#include "pipeline/generate/events.h"

namespace flowreel {

// The posterior of a clip, not scaled: float32 on the CPU, [1,C,T,h,w] each. logvar is clamped to
// [-30, 20].
struct EncodedClip {
  at::Tensor mean, logvar;
};

// frames [T,H,W,3] uint8 RGB, T = 4k+1. NumericsError when the result is not finite.
EncodedClip encode_frames(const HunyuanVae& vae, const at::Tensor& frames, const VaeTiling& tiling,
                          const ComputePlan& plan, const Events& events = {});

}  // namespace flowreel
