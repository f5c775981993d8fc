// A model that predicts noise: what its scheduler says, and which settings go with it.
#pragma once

#include "models/weights/config.h"
#include "pipeline/flow/diffusion.h"
#include "pipeline/generate/options.h"

namespace flowreel {

// scheduler_config.json of diffusers' DDIMScheduler. DataError for what would change the samples
// and is not supported: other betas, another prediction than epsilon, clipping, another spacing of
// steps than "leading".
BetaSchedule beta_schedule(const ModelConfig& config);

// UsageError for a solver that asks for the velocity elsewhere than at the diffusion's own steps,
// on which alone the network was trained, and for --grid, --flow-shift and --sigmas, which such a
// model does not have.
void check_diffusion_sampling(const SamplingOptions& sampling);

}  // namespace flowreel
