// The model's scheduler settings and the person's, made into one schedule.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/dit/transformer.h"
#include "models/vae/hunyuan_vae.h"
#include "models/weights/config.h"
#include "pipeline/flow/schedule.h"
#include "pipeline/generate/options.h"
#include "pipeline/generate/size.h"

namespace flowreel {

// scheduler_config.json of FlowMatchEulerDiscreteScheduler, overridden by what the person set.
// DataError for an option of that class which would change the sigmas and is not supported.
ScheduleOptions schedule_options(const ModelConfig& config, const SamplingOptions& sampling,
                                 const SizeRules& rules, at::IntArrayRef latent_shape);

// Sizes that both the autoencoder's compression and the transformer's patches divide. Never below
// diffusers' own rule, a multiple of 16.
SizeRules size_rules(const VideoTransformer& transformer, const HunyuanVaeConfig& vae);

}  // namespace flowreel
