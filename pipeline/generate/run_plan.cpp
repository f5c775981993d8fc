#include "pipeline/generate/run_plan.h"

#include <ATen/ATen.h>

#include "errors/error.h"
#include "pipeline/generate/memory.h"
#include "pipeline/generate/memory_budget.h"
#include "pipeline/generate/source.h"
#include "pipeline/generate/text.h"
#include "pipeline/generate/validate.h"

namespace flowreel {
namespace {

// diffusers' default guidance_scale for this pipeline.
constexpr double kDefaultGuidance = 6.0;

class Planner {
 public:
  Planner(const ModelDirectory& model, const GenerateOptions& options, const Events& events)
      : model_(model), options_(options), events_(events) {}

  RunPlan operator()() {
    RunRecord& record = plan_.record;
    record.task = task_name(options_);
    record.plan = plan_compute(options_.compute);
    record.versions = environment_versions();
    plan_.vae = model_.vae_config();
    if (options_.from_latents.empty()) {
      plan_network();
      plan_sampling();
    } else {
      load_finished_latents();
    }
    std::string why;
    record.tiling = choose_tiling(options_.vae, plan_.vae, record.size,
                                  c10::elementSize(record.plan.vae), record.plan.device, &why);
    if (!why.empty()) events_.tell(why);
    check_memory(stage_needs(model_, options_, record), options_.compute, record.plan.device);
    return std::move(plan_);
  }

 private:
  ClipSize default_for_size() const {
    return options_.input.empty() ? default_size()
                                  : input_size(options_.input, options_.size, events_);
  }

  // Everything that the headers can tell is checked before the first weight is read.
  void plan_network() {
    for (const char* component : {"text_encoder", "text_encoder_2", "transformer", "vae"})
      model_.check(component);
    const auto transformer = model_.build_transformer();
    check_components_fit(model_, *transformer);
    rules_ = size_rules(*transformer, plan_.vae);
    plan_.record.size = resolve_size(options_.size, default_for_size(), rules_, options_.input);
    const std::optional<double>& guidance = options_.sampling.embedded_guidance_scale;
    if (guidance && !transformer->embeds_guidance())
      events_.tell("--embedded-guidance-scale has no effect: this model embeds no guidance");
    if (transformer->embeds_guidance()) plan_.record.guidance = guidance.value_or(kDefaultGuidance);
    if (options_.sampling.cfg_scale > 1 && !options_.negative_prompt)
      events_.tell("--cfg-scale without --negative-prompt: guided away from the empty prompt");
  }

  void plan_sampling() {
    RunRecord& record = plan_.record;
    const auto shape = latent_shape(record.size, plan_.vae.latent_channels, rules_);
    plan_.shape.assign(shape.begin(), shape.end());
    plan_.path = sampling_times(model_, options_.sampling, rules_, plan_.shape);
    const SamplingTimes& path = plan_.path;
    if (path.diffusion && !options_.first_frame.empty()) {
      throw UsageError(
          "--first-frame is given, but this model predicts the noise of a diffusion, whose frames "
          "cannot stand still; expected a flow model");
    }
    if (!path.note.empty()) events_.tell(path.note);
    record.flow_shift = path.flow_shift;
    if (path.diffusion) record.diffusion = path.diffusion->law();
    plan_.times = path.times;
    if (!options_.input.empty()) plan_.times = times_from_strength(path.times, options_.strength);
    for (double t : plan_.times) record.sigmas.push_back(1 - t);
  }

  void load_finished_latents() {
    plan_.latents = read_latents("--from-latents", options_.from_latents,
                                 {1, plan_.vae.latent_channels, -1, -1, -1});
    const at::Tensor& z = plan_.latents;
    plan_.record.size = {z.size(4) * plan_.vae.spatial_compression_ratio,
                         z.size(3) * plan_.vae.spatial_compression_ratio,
                         (z.size(2) - 1) * plan_.vae.temporal_compression_ratio + 1,
                         options_.size.fps.value_or(default_size().fps)};
  }

  const ModelDirectory& model_;
  const GenerateOptions& options_;
  const Events& events_;
  SizeRules rules_;
  RunPlan plan_;
};

}  // namespace

RunPlan plan_run(const ModelDirectory& model, const GenerateOptions& options,
                 const Events& events) {
  validate(options);
  return Planner(model, options, events)();
}

}  // namespace flowreel
