// Turns the words for device and type into what the stages load with.
#pragma once

#include "models/weights/load.h"
#include "pipeline/generate/options.h"

namespace flowreel {

struct ComputePlan {
  at::Device device = at::kCPU;
  at::ScalarType transformer = at::kFloat, text = at::kFloat, vae = at::kFloat;
  int threads = 1;

  LoadOptions for_transformer() const { return {transformer, device}; }
  LoadOptions for_text() const { return {text, device}; }
  LoadOptions for_vae() const { return {vae, device}; }
};

// Also sets LibTorch's thread count and the cores of the process, and on CUDA full float32 and
// deterministic convolutions. UsageError for a word that is not known, UnavailableError for a
// device that is not there.
ComputePlan plan_compute(const ComputeOptions& options);

}  // namespace flowreel
