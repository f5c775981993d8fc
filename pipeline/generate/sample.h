// The sample stage: noise to latents along the velocity field of a transformer.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <vector>

#include "models/dit/transformer.h"
#include "pipeline/flow/diffusion.h"
#include "pipeline/flow/guidance.h"
#include "pipeline/flow/path.h"
#include "pipeline/flow/solver.h"
#include "pipeline/generate/compute.h"
#include "pipeline/generate/events.h"
#include "pipeline/generate/options.h"
#include "pipeline/generate/text.h"

namespace flowreel {

// The noise x_0 [1,C,T,h,w] float32 on the CPU, a function of the seed alone.
at::Tensor initial_noise(at::IntArrayRef shape, const SamplingOptions& options);

struct NetworkOptions {
  double guidance_scale = 0;  // shown to a transformer that embeds guidance
  // Set: the network predicts the noise of this diffusion; else noise - data.
  std::optional<BetaSchedule> diffusion = {};
  // Sees what the network itself said, in float32, at each evaluation; may be empty.
  std::function<void(const at::Tensor&)> output = {};
};

GuidanceOptions guidance_options(const SamplingOptions& options);

// A transformer under a prompt as a Velocity.
Velocity transformer_velocity(const VideoTransformer& transformer, const TextEmbedding& text,
                              const ComputePlan& plan, const NetworkOptions& network);

// What a clip is to show.
struct PromptCondition {
  TextEmbedding positive;
  std::optional<TextEmbedding> negative;  // unset: no guidance
  GuidanceOptions guidance;
};

// The same under a prompt, guided away from the negative one where there is one. network.output
// sees the positive answers alone.
Velocity prompt_velocity(const VideoTransformer& transformer, const PromptCondition& condition,
                         const ComputePlan& plan, const NetworkOptions& network);

struct SamplePlan {
  std::vector<double> times;
  std::string solver;
  uint64_t seed = 0;                     // of a stochastic solver's noise
  std::optional<double> tolerance = {};  // of an adaptive one; unset: its own
  // The first latent frame x[:,:,0] stands still: no solver moves it.
  bool hold_first_frame = false;
};

// Where sampling stands: all that the steps to come depend on.
struct SamplingState {
  int steps_done = 0;
  at::Tensor latents;
  SolverMemory memory;
  int64_t evaluations = 0;  // of the velocity, so far
};

// Sees the state after each step.
using StepObserver = std::function<void(const SamplingState&)>;

// Integrates to data, from the noise (at plan.times.front()) or from the state that a run of the
// same plan had reached: the same bits follow. NumericsError names the step whose state is not
// finite; Interrupted within one step of a wish to stop.
at::Tensor sample(const Velocity& velocity, SamplingState start, const SamplePlan& plan,
                  const Events& events, const StepObserver& observer = {});

// The way back: from data to the state at plan.times.front() from which sample() leads there, but
// for the solver's error. Errors as sample()'s.
at::Tensor invert(const Velocity& velocity, const at::Tensor& data, SamplePlan plan,
                  const Events& events);

}  // namespace flowreel
