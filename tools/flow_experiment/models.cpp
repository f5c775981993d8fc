#include "tools/flow_experiment/models.h"

#include <ATen/ATen.h>

#include "pipeline/flow/schedule.h"
#include "pipeline/train/cfm.h"
#include "pipeline/train/ddpm.h"
#include "pipeline/train/toy/fit.h"

namespace flowreel {
namespace {

const BetaSchedule& linear_schedule() {
  static const BetaSchedule schedule(BetaLaw::kLinear);
  return schedule;
}

const BetaSchedule& cosine_schedule() {
  static const BetaSchedule schedule(BetaLaw::kCosine);
  return schedule;
}

CfmOptions cfm_options(const std::string& name) {
  CfmOptions options;
  options.optimal_pairing = name == "velocity, paired";
  if (name == "velocity, logit-normal") options.time.law = TimeLaw::kLogitNormal;
  if (name == "velocity, shift 3") options.time.shift = 3;
  return options;
}

// Flow times from where the noise prediction begins, evenly to 1.
std::vector<double> even_from(double first, int steps) {
  std::vector<double> times;
  for (double t : flow_times(steps)) times.push_back(first + (1 - first) * t);
  return times;
}

at::Tensor by_euler(const Trained& m, const at::Tensor& noise, int evaluations) {
  return euler(m.velocity, noise, flow_times(evaluations));
}

at::Tensor by_heun(const Trained& m, const at::Tensor& noise, int evaluations) {
  if (evaluations % 2 != 0) return {};
  return heun(m.velocity, noise, flow_times(evaluations / 2));
}

at::Tensor by_euler_on_ddim_times(const Trained& m, const at::Tensor& noise, int evaluations) {
  std::vector<double> times = diffusion_times(linear_schedule(), evaluations);
  times.front() = 0;
  return euler(m.velocity, noise, times);
}

// Noise as the last step of the model's diffusion.
at::Tensor prior(const Trained& m, const at::Tensor& noise) {
  return diffusion_start(noise, m.schedule->flow_time(m.schedule->steps()));
}

at::Tensor by_ddim(const Trained& m, const at::Tensor& noise, int evaluations) {
  return ddim(m.velocity, prior(m, noise), diffusion_times(*m.schedule, evaluations));
}

at::Tensor by_ddim_on_even_times(const Trained& m, const at::Tensor& noise, int evaluations) {
  return ddim(m.velocity, prior(m, noise),
              even_from(m.schedule->flow_time(m.schedule->steps()), evaluations));
}

at::Tensor by_ddpm(const Trained& m, const at::Tensor& noise, int evaluations) {
  return ddpm(m.velocity, prior(m, noise), diffusion_times(*m.schedule, evaluations), {{}, 1});
}

}  // namespace

const std::vector<std::string> kCompared = {"velocity", "velocity, paired", "noise, linear",
                                            "noise, cosine"};
const std::vector<std::string> kDensities = {"velocity, logit-normal", "velocity, shift 3"};

Trained train(const std::string& name, const PointTarget& target, uint64_t seed,
              const Budget& budget) {
  Trained model = {name, std::make_unique<PointNetwork>(budget.width), {}, nullptr};
  const PointNetwork& network = *model.network;
  if (name == "noise, linear") model.schedule = &linear_schedule();
  if (name == "noise, cosine") model.schedule = &cosine_schedule();
  const Objective objective = model.schedule != nullptr
                                  ? ddpm_objective(batch_network(network), {*model.schedule})
                                  : cfm(batch_network(network), cfm_options(name));
  fit(*model.network, objective, target.sample, {budget.steps, budget.batch, budget.lr, seed});
  const Velocity field = field_of(network);
  model.velocity =
      model.schedule != nullptr ? velocity_from_noise_prediction(field, *model.schedule) : field;
  return model;
}

const std::vector<Method>& methods() {
  static const std::vector<Method> table = {
      {"velocity, euler", "velocity", by_euler},
      {"velocity, heun", "velocity", by_heun},
      {"velocity, euler on DDIM's times", "velocity", by_euler_on_ddim_times},
      {"velocity paired, euler", "velocity, paired", by_euler},
      {"noise linear, ddim", "noise, linear", by_ddim},
      {"noise linear, ddim on even times", "noise, linear", by_ddim_on_even_times},
      {"noise linear, ddpm", "noise, linear", by_ddpm},
      {"noise cosine, ddim", "noise, cosine", by_ddim},
      {"noise cosine, ddim on even times", "noise, cosine", by_ddim_on_even_times},
  };
  return table;
}

std::vector<double> flow_times(int steps, double shift) {
  return schedule_times({.steps = steps, .shift = shift});
}

}  // namespace flowreel
