// Whether a model can be trained as a plan says, from its configurations alone.
#pragma once

#include "models/model_dir.h"
#include "pipeline/train/plan.h"

namespace flowreel {

bool has_weights(const ModelDirectory& model, const std::string& component);

// DataError unless the autoencoder takes clips of the plan's size.
void check_clip_size(const DataOptions& data, const HunyuanVaeConfig& vae);

// DataError where the transformer's weights would go on from another kind of prediction than the
// objective's: a velocity, or the noise of a diffusion with the same betas. The scheduler of a
// model for kCfm is that of a flow, whatever weights there are, since it stays.
void check_prediction(const TrainingPlan& plan, const ModelDirectory& model);

// diffusers' name for a law: DDIMScheduler's beta_schedule.
const char* beta_schedule_name(BetaLaw law);

}  // namespace flowreel
