#include "pipeline/generate/diffusion_config.h"

#include "errors/error.h"
#include "pipeline/flow/solver.h"

namespace flowreel {
namespace {

void expect_flag(const ModelConfig& config, const char* key, bool by_default, bool wanted) {
  if (config.get_bool(key, by_default) == wanted) return;
  throw DataError(config.what() + ": " + key + " is " + (wanted ? "false" : "true") +
                  ", which is not supported; expected " + (wanted ? "true" : "false"));
}

void expect_text(const ModelConfig& config, const char* key, const std::string& wanted) {
  const std::string text = config.get_string(key, wanted);
  if (text != wanted) {
    throw DataError(config.what() + ": " + key + " is \"" + text +
                    "\", which is not supported; expected " + wanted);
  }
}

}  // namespace

BetaSchedule beta_schedule(const ModelConfig& config) {
  // Defaults are those of DDIMScheduler.
  const auto steps = static_cast<int>(config.get_int("num_train_timesteps", 1000, 1000, 1000));
  expect_text(config, "prediction_type", "epsilon");
  expect_text(config, "timestep_spacing", "leading");
  config.get_int("steps_offset", 0, 0, 0);
  expect_flag(config, "set_alpha_to_one", true, true);
  expect_flag(config, "clip_sample", true, false);
  expect_flag(config, "thresholding", false, false);
  expect_flag(config, "rescale_betas_zero_snr", false, false);
  if (config.has("trained_betas"))
    throw DataError(config.what() + ": trained_betas is not supported; expected null");
  const std::string law = config.get_string("beta_schedule", "linear");
  if (law == "squaredcos_cap_v2") return BetaSchedule(BetaLaw::kCosine, steps);
  if (law != "linear") {
    throw DataError(config.what() + ": beta_schedule is \"" + law +
                    "\", expected linear or squaredcos_cap_v2");
  }
  config.get_double("beta_start", 1e-4, 1e-4, 1e-4);
  config.get_double("beta_end", 0.02, 0.02, 0.02);
  return BetaSchedule(BetaLaw::kLinear, steps);
}

void check_diffusion_sampling(const SamplingOptions& sampling) {
  const std::string& solver = sampling.solver;
  const std::string why = ", but this model predicts the noise of a diffusion (DDIMScheduler); ";
  const Solver& found = find_solver(solver);
  if (found.evaluations != 1 || found.first_steps > 0)
    throw UsageError("--solver is " + solver + why +
                     "expected ddim, ddpm, ab2, dpm++2m, unipc or sde");
  if (sampling.flow_shift)
    throw UsageError("--flow-shift is given" + why + "its steps are not shifted");
  if (sampling.grid != TimeGrid::kUniform)
    throw UsageError("--grid is given" + why + "expected --steps alone");
  if (!sampling.sigmas.empty())
    throw UsageError("--sigmas are given" + why + "expected --steps alone");
}

}  // namespace flowreel
