#include "pipeline/train/plan_checks.h"

#include <filesystem>

#include "errors/error.h"
#include "models/weights/config.h"

namespace flowreel {

bool has_weights(const ModelDirectory& model, const std::string& component) {
  for (const auto& entry : std::filesystem::directory_iterator(model.folder(component))) {
    if (entry.path().filename().string().find(".safetensors") != std::string::npos) return true;
  }
  return false;
}

void check_clip_size(const DataOptions& data, const HunyuanVaeConfig& vae) {
  const int64_t space = vae.spatial_compression_ratio, time = vae.temporal_compression_ratio;
  if (data.height % space == 0 && data.width % space == 0 && data.frames % time == 1) return;
  throw DataError("clips of " + std::to_string(data.frames) + " x " + std::to_string(data.height) +
                  " x " + std::to_string(data.width) + ": the autoencoder needs multiples of " +
                  std::to_string(space) + " and a frame count of " + std::to_string(time) + "k+1");
}

void check_prediction(const TrainingPlan& plan, const ModelDirectory& model) {
  const ModelConfig scheduler = model.scheduler_config();
  if (plan.goal == TrainingGoal::kCfm) {
    if (!model.predicts_noise()) return;
    throw DataError(model.path() +
                    ": its scheduler is DDIMScheduler, of a model that predicts noise; the "
                    "objective cfm expects FlowMatchEulerDiscreteScheduler");
  }
  if (plan.fresh || !has_weights(model, "transformer")) return;
  const std::string wanted = beta_schedule_name(plan.ddpm.schedule.law());
  if (!model.predicts_noise()) {
    throw DataError(model.path() +
                    ": its transformer has learnt a velocity; the objective ddpm expects one "
                    "without weights or of a model with DDIMScheduler, or fresh");
  }
  const std::string is = scheduler.get_string("beta_schedule", "linear");
  if (is != wanted)
    scheduler.fail("beta_schedule", "\"" + wanted + "\", as the betas of this run, or fresh");
}

const char* beta_schedule_name(BetaLaw law) {
  return law == BetaLaw::kLinear ? "linear" : "squaredcos_cap_v2";
}

}  // namespace flowreel
