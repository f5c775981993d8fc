// The model's scheduler settings and the person's, made into one schedule.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "models/dit/transformer.h"
#include "models/model_dir.h"
#include "models/vae/hunyuan_vae.h"
#include "models/weights/config.h"
#include "pipeline/flow/diffusion.h"
#include "pipeline/flow/schedule.h"
#include "pipeline/generate/options.h"
#include "pipeline/generate/size.h"

namespace flowreel {

// scheduler_config.json of FlowMatchEulerDiscreteScheduler, overridden by what the person set.
// DataError for an option of that class which would change the sigmas and is not supported.
ScheduleOptions schedule_options(const ModelConfig& config, const SamplingOptions& sampling,
                                 const SizeRules& rules, at::IntArrayRef latent_shape);

// How a model's noise becomes its data.
struct SamplingTimes {
  std::vector<double> times;              // of the flow
  double flow_shift = 0;                  // of a static shift, else 0
  std::optional<BetaSchedule> diffusion;  // set: the network predicts its noise, not a velocity
  std::string note;                       // for the person, if not empty
};

// As the class of the model's scheduler says. Errors as schedule_options() and schedule_times(), or
// as those of diffusion_config.h.
SamplingTimes sampling_times(const ModelDirectory& model, const SamplingOptions& sampling,
                             const SizeRules& rules, at::IntArrayRef latent_shape);

// Where those times begin, from standard normal noise.
at::Tensor starting_point(const at::Tensor& noise, const SamplingTimes& plan);

// Sizes that both the autoencoder's compression and the transformer's patches divide. Never below
// diffusers' own rule, a multiple of 16.
SizeRules size_rules(const VideoTransformer& transformer, const HunyuanVaeConfig& vae);

}  // namespace flowreel
