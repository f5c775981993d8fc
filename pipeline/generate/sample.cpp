#include "pipeline/generate/sample.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "pipeline/flow/noise.h"
#include "pipeline/generate/guard.h"

namespace flowreel {
namespace {

// `velocity` with the first latent frame standing still.
Velocity holding_first_frame(Velocity velocity) {
  return [velocity = std::move(velocity)](const at::Tensor& x, double t) {
    at::Tensor v = velocity(x, t).clone();
    v.select(2, 0).zero_();
    return v;
  };
}

}  // namespace

at::Tensor initial_noise(at::IntArrayRef shape, const SamplingOptions& options) {
  if (options.noise_rng == NoiseRng::kTorchCpu) return torch_cpu_normal(shape, options.seed);
  return philox_normal(shape, options.seed);
}

GuidanceOptions guidance_options(const SamplingOptions& o) {
  GuidanceOptions guidance{.scale = o.cfg_scale, .rescale = o.cfg_rescale};
  if (o.cfg_interval) {
    guidance.sigma_low = o.cfg_interval->front();
    guidance.sigma_high = o.cfg_interval->back();
  }
  return guidance;
}

Velocity transformer_velocity(const VideoTransformer& transformer, const TextEmbedding& text,
                              const ComputePlan& plan, const NetworkOptions& network) {
  const at::TensorOptions options = at::TensorOptions().dtype(plan.transformer).device(plan.device);
  const at::Tensor tokens = text.tokens.to(options), pooled = text.pooled.to(options);
  // Multiplied in the compute type, as diffusers does: 6.0 in bfloat16 becomes 6016.
  const at::Tensor guidance = at::full({1}, network.guidance_scale, options) * 1000.0;
  const auto answer = [=, &transformer, see = network.output](const at::Tensor& x, double step) {
    const at::Tensor timestep = at::full({1}, step, options.dtype(at::kFloat));
    at::Tensor out =
        transformer({x.to(options), timestep, tokens, pooled, guidance}).to(at::kFloat);
    if (see) see(out);
    return out;
  };
  if (network.diffusion) {
    const int count = network.diffusion->steps();
    const NoisePrediction noise = [answer, count](const at::Tensor& x, double time) {
      return answer(x, (1 - time) * count - 1);  // step n is diffusers' timestep n - 1
    };
    return velocity_from_noise_prediction(noise, *network.diffusion);
  }
  return velocity_from_noise_minus_data(
      [answer](const at::Tensor& x, double sigma) { return answer(x, timestep_of_sigma(sigma)); });
}

Velocity prompt_velocity(const VideoTransformer& transformer, const PromptCondition& condition,
                         const ComputePlan& plan, const NetworkOptions& network) {
  Velocity velocity = transformer_velocity(transformer, condition.positive, plan, network);
  if (!condition.negative) return velocity;
  NetworkOptions unseen = network;
  unseen.output = {};
  return guided(std::move(velocity),
                transformer_velocity(transformer, *condition.negative, plan, unseen),
                condition.guidance);
}

namespace {

// In the direction of the plan's times; `stage` is what progress and errors call it.
at::Tensor walk(const Velocity& velocity, SamplingState start, const SamplePlan& plan,
                const Events& events, const StepObserver& observer, const std::string& stage) {
  const int64_t steps = static_cast<int64_t>(plan.times.size()) - 1;
  SamplingState now = start;
  Velocity interruptible = [&](const at::Tensor& state, double t) {
    events.check_stop();
    ++now.evaluations;
    return velocity(state, t);
  };
  if (plan.hold_first_frame) interruptible = holding_first_frame(std::move(interruptible));
  const auto after_step = [&](int step, double, at::Tensor state) {
    // Noise that a stochastic solver adds knows of no velocity.
    if (plan.hold_first_frame) state.select(2, 0).copy_(start.latents.select(2, 0));
    check_finite(state, (stage == "sample" ? "sampling" : stage) + " step " + std::to_string(step));
    now.steps_done = step + 1;
    now.latents = state;
    if (observer) observer(now);
    events.report(stage, step + 1, steps);
    return state;
  };
  SolveOptions options{.after_step = after_step, .seed = plan.seed};
  if (plan.tolerance) options.tolerance = *plan.tolerance;
  options.begin = start.steps_done;
  options.memory = &now.memory;
  return find_solver(plan.solver).solve(interruptible, start.latents, plan.times, options);
}

}  // namespace

at::Tensor sample(const Velocity& velocity, SamplingState start, const SamplePlan& plan,
                  const Events& events, const StepObserver& observer) {
  return walk(velocity, std::move(start), plan, events, observer, "sample");
}

at::Tensor invert(const Velocity& velocity, const at::Tensor& data, SamplePlan plan,
                  const Events& events) {
  std::reverse(plan.times.begin(), plan.times.end());
  return walk(velocity, {0, data, {}, 0}, plan, events, {}, "invert");
}

}  // namespace flowreel
