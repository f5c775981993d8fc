#include "pipeline/generate/schedule_config.h"

#include <numeric>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/generate/diffusion_config.h"

namespace flowreel {
namespace {

int64_t video_tokens(const SizeRules& rules, at::IntArrayRef shape) {
  return shape[2] / rules.patch[0] * (shape[3] / rules.patch[1]) * (shape[4] / rules.patch[2]);
}

}  // namespace

ScheduleOptions schedule_options(const ModelConfig& config, const SamplingOptions& sampling,
                                 const SizeRules& rules, at::IntArrayRef latent_shape) {
  for (const char* key : {"invert_sigmas", "use_karras_sigmas", "use_exponential_sigmas",
                          "use_beta_sigmas", "stochastic_sampling"}) {
    if (config.get_bool(key, false)) {
      throw DataError(config.what() + ": " + key +
                      " is true, which is not supported; expected false");
    }
  }
  config.get_int("num_train_timesteps", 1000, 1000, 1000);  // what timestep_of_sigma multiplies by
  ScheduleOptions schedule;
  schedule.steps = sampling.steps;
  schedule.grid = sampling.grid;
  schedule.sigmas = sampling.sigmas;
  schedule.shift = sampling.flow_shift.value_or(config.get_double("shift", 1.0, 1e-6, 1e6));
  schedule.shift_terminal = config.get_double("shift_terminal", 0.0, 0.0, 0.999999);
  schedule.dynamic = !sampling.flow_shift && config.get_bool("use_dynamic_shifting", false);
  if (!schedule.dynamic) return schedule;
  const std::string type = config.get_string("time_shift_type", "exponential");
  if (type != "exponential" && type != "linear") {
    throw DataError(config.what() + ": time_shift_type is \"" + type +
                    "\", expected exponential or linear");
  }
  schedule.dynamic_shift = type == "linear" ? DynamicShift::kLinear : DynamicShift::kExponential;
  schedule.mu = dynamic_shift_mu(video_tokens(rules, latent_shape),
                                 {config.get_int("base_image_seq_len", 256, 1, 1 << 30),
                                  config.get_int("max_image_seq_len", 4096, 1, 1 << 30),
                                  config.get_double("base_shift", 0.5, -100, 100),
                                  config.get_double("max_shift", 1.15, -100, 100)});
  return schedule;
}

SamplingTimes sampling_times(const ModelDirectory& model, const SamplingOptions& sampling,
                             const SizeRules& rules, at::IntArrayRef latent_shape) {
  const ModelConfig config = model.scheduler_config();
  SamplingTimes plan;
  if (model.predicts_noise()) {
    check_diffusion_sampling(sampling);
    plan.diffusion = beta_schedule(config);
    plan.times = leading_diffusion_times(*plan.diffusion, sampling.steps);
    return plan;
  }
  const ScheduleOptions schedule = schedule_options(config, sampling, rules, latent_shape);
  plan.flow_shift = schedule.dynamic ? 0 : schedule.shift;
  plan.times = schedule_times(schedule);
  if (!schedule.sigmas.empty() && (schedule.dynamic || schedule.shift != 1)) {
    plan.note = "--sigmas are shifted by " +
                (schedule.dynamic ? "the size of the clip" : number_text(schedule.shift)) +
                ", as in diffusers; --flow-shift 1 takes them as given";
  }
  return plan;
}

at::Tensor starting_point(const at::Tensor& noise, const SamplingTimes& plan) {
  return plan.diffusion ? diffusion_start(noise, plan.times.front()) : noise;
}

SizeRules size_rules(const VideoTransformer& transformer, const HunyuanVaeConfig& vae) {
  constexpr int64_t kDiffusersMultiple = 16;
  const auto [pt, ph, pw] = transformer.patch();
  SizeRules rules;
  rules.patch = transformer.patch();
  rules.spatial_ratio = vae.spatial_compression_ratio;
  rules.temporal_ratio = vae.temporal_compression_ratio;
  rules.spatial_multiple = std::lcm(kDiffusersMultiple, rules.spatial_ratio * std::lcm(ph, pw));
  rules.temporal_multiple = rules.temporal_ratio * pt;
  rules.temporal_offset =
      rules.temporal_ratio * (pt - 1) + 1;  // T, the latent frames, divides by pt
  return rules;
}

}  // namespace flowreel
