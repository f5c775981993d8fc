// The last stages of a run: latents to the clip and what is written beside it.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "pipeline/generate/dump.h"
#include "pipeline/generate/events.h"
#include "pipeline/generate/manifest.h"
#include "pipeline/generate/options.h"
#include "pipeline/generate/output.h"
#include "pipeline/generate/run_model.h"
#include "pipeline/generate/run_plan.h"

namespace flowreel {

class DecodeStage {
 public:
  DecodeStage(const GenerateOptions& options, const HunyuanVaeConfig& vae, const Events& events)
      : options_(options), vae_(vae), events_(events) {}

  // Decodes latents [1,C,T,h,w], scaled, into `output`, which is opened anew for each attempt. The
  // record is given the weights and the tiles that it was done with: not the planned ones where
  // memory ran out and the determinism allows smaller ones. Errors as decode_latents().
  void operator()(const at::Tensor& latents, RunModel& model, RunRecord& record, TensorDump& dump,
                  std::optional<ClipOutput>& output) const;

 private:
  const GenerateOptions& options_;
  const HunyuanVaeConfig& vae_;
  const Events& events_;
};

}  // namespace flowreel
