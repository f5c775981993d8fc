// What a run will compute, found out from options, configurations and headers alone.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "models/model_dir.h"
#include "pipeline/generate/events.h"
#include "pipeline/generate/manifest.h"
#include "pipeline/generate/options.h"
#include "pipeline/generate/schedule_config.h"
#include "pipeline/generate/size.h"

namespace flowreel {

struct RunPlan {
  HunyuanVaeConfig vae;
  std::vector<int64_t> shape;  // of the latents, [1,C,T,h,w]
  SamplingTimes path;
  std::vector<double> times;  // those of the path that are walked
  at::Tensor latents;         // finished ones, of a run that only decodes
  RunRecord record;           // without hashes and weights

  int steps() const { return static_cast<int>(times.size()) - 1; }
};

// Everything but names of files that can be checked before the first weight and input is read: the
// errors of generate(). Sets LibTorch's threads, as plan_compute().
RunPlan plan_run(const ModelDirectory& model, const GenerateOptions& options, const Events& events);

}  // namespace flowreel
