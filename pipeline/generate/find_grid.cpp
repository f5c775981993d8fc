#include "pipeline/generate/find_grid.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <optional>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/flow/optimal_grid.h"
#include "pipeline/generate/run_model.h"
#include "pipeline/generate/run_plan.h"
#include "pipeline/generate/sample.h"

namespace flowreel {
namespace {

GenerateOptions for_prompt(const GenerateOptions& run, const std::string& prompt) {
  GenerateOptions options = run;
  options.prompt = prompt;
  options.checkpoint = {};
  return options;
}

void check(const FindGridOptions& o) {
  if (o.prompts.empty()) throw UsageError("there is no prompt to look for a grid with");
  if (o.seeds < 1)
    throw UsageError("seeds is " + std::to_string(o.seeds) + ", expected at least 1");
  if (o.fine_steps < o.run.sampling.steps)
    throw UsageError("the fine solution has " + std::to_string(o.fine_steps) +
                     " steps, expected at least the " + std::to_string(o.run.sampling.steps) +
                     " of the grid");
}

class Search {
 public:
  Search(const FindGridOptions& options, const Events& events)
      : options_(options),
        events_(events),
        run_(for_prompt(options.run, options.prompts[0])),
        model_(run_, events, nullptr),
        plan_(plan_run(model_.directory(), run_, events)) {
    if (plan_.path.diffusion)
      throw UsageError(quote(run_.model) +
                       ": is a diffusion's model, which is asked at its own steps; expected a "
                       "flow's");
    SamplingOptions fine = run_.sampling;
    fine.steps = options.fine_steps;
    const auto transformer = model_.directory().build_transformer();
    fine_times_ = sampling_times(model_.directory(), fine, size_rules(*transformer, plan_.vae),
                                 plan_.shape)
                      .times;
  }

  FoundGrid operator()() {
    model_.begin(plan_.record.plan, false);
    encode();
    transformer_ = model_.transformer();
    at::Tensor errors;
    for_each([&](const Velocity& velocity, const at::Tensor& noise) {
      const FineSolution solution = fine_solution(velocity, noise, fine_times_);
      ends_.push_back(solution.states.back());
      const at::Tensor of_this = step_errors(solution);
      errors = errors.defined() ? errors + of_this : of_this;
    });
    std::vector<double> times;
    FoundGrid found;
    for (const int64_t i : cheapest_path(errors, run_.sampling.steps)) {
      times.push_back(fine_times_[static_cast<size_t>(i)]);
      found.sigmas.push_back(1 - times.back());
    }
    found.sigmas.pop_back();
    found.own_error = error_along(plan_.times);
    found.found_error = error_along(times);
    return found;
  }

 private:
  void encode() {
    const auto text = model_.text();
    for (const std::string& prompt : options_.prompts)
      positive_.push_back(text->encode("prompt", prompt, events_));
    if (run_.sampling.cfg_scale > 1)
      negative_ = text->encode("negative prompt", run_.negative_prompt.value_or(""), events_);
  }

  // Each prompt with each noise.
  void for_each(const std::function<void(const Velocity&, const at::Tensor& noise)>& visit) {
    const NetworkOptions network{plan_.record.guidance.value_or(0), {}, {}};
    for (const TextEmbedding& positive : positive_) {
      const Velocity velocity =
          prompt_velocity(*transformer_, {positive, negative_, guidance_options(run_.sampling)},
                          plan_.record.plan, network);
      for (int64_t k = 0; k < options_.seeds; ++k) {
        SamplingOptions sampling = run_.sampling;
        sampling.seed += static_cast<uint64_t>(k);
        const at::Tensor noise =
            initial_noise(plan_.shape, sampling).to(plan_.record.plan.device);
        events_.report("schedule", done_, 3 * total());
        visit(
            [&](const at::Tensor& x, double t) {
              events_.check_stop();
              return velocity(x, t);
            },
            noise);
        events_.report("schedule", ++done_, 3 * total());
      }
    }
  }

  int64_t total() const { return static_cast<int64_t>(positive_.size()) * options_.seeds; }

  double error_along(const std::vector<double>& times) {
    double squares = 0;
    size_t i = 0;
    for_each([&](const Velocity& velocity, const at::Tensor& noise) {
      const SamplePlan plan{times, run_.sampling.solver, run_.sampling.seed,
                            run_.sampling.tolerance};
      const at::Tensor end = sample(velocity, {0, noise, {}, 0}, plan, quiet_);
      squares += (end - ends_[i++]).to(at::kDouble).square().mean().item<double>();
    });
    return std::sqrt(squares / static_cast<double>(ends_.size()));
  }

  const FindGridOptions& options_;
  const Events& events_;
  Events quiet_;  // a solver's own progress is that of one solution
  GenerateOptions run_;
  RunModel model_;
  RunPlan plan_;
  std::vector<double> fine_times_;
  std::vector<TextEmbedding> positive_;
  std::optional<TextEmbedding> negative_;
  std::shared_ptr<const VideoTransformer> transformer_;
  std::vector<at::Tensor> ends_;  // of the fine solutions
  int64_t done_ = 0;
};

}  // namespace

FoundGrid find_grid(const FindGridOptions& options, const Events& events) {
  const at::NoGradGuard no_grad;
  check(options);
  return Search(options, events)();
}

}  // namespace flowreel
