// A look at what a flow has learned: clips of fixed captions from fixed noise.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "models/vae/hunyuan_vae.h"
#include "pipeline/flow/diffusion.h"
#include "pipeline/train/objective.h"

namespace flowreel {

struct SampleOptions {
  std::vector<std::string> captions;
  std::vector<int64_t> latent_shape;  // of one sample, [C,T,h,w]
  int steps = 20;
  double shift = 1.0;  // of the schedule that Euler walks
  // Set: the network predicts the noise of this diffusion, and DDIM walks its steps.
  std::optional<BetaSchedule> diffusion = {};
  uint64_t seed = 0;
  at::Device device = at::kCPU;
};

// One clip per caption, [n,3,F,H,W] in [-1,1] on the CPU.
at::Tensor sample_clips(const BatchNetwork& network, const HunyuanVae& vae,
                        const SampleOptions& options);

}  // namespace flowreel
