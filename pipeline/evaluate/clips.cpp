#include "pipeline/evaluate/clips.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "models/model_dir.h"
#include "pipeline/generate/compute.h"
#include "pipeline/generate/decode.h"
#include "pipeline/generate/memory.h"
#include "pipeline/generate/memory_budget.h"
#include "pipeline/generate/sample.h"
#include "pipeline/generate/schedule_config.h"
#include "pipeline/generate/text.h"
#include "pipeline/generate/validate.h"

namespace flowreel {
namespace {

// diffusers' default guidance_scale for this pipeline.
constexpr double kDefaultGuidance = 6.0;

// What generate() does for one prompt, stage by stage for all.
class Batch {
 public:
  Batch(const EvaluateOptions& options, const std::vector<std::string>& prompts,
        const Events& events)
      : options_(options), prompts_(prompts), events_(events), model_(options.model) {
    GenerateOptions one;
    one.sampling = options.sampling;
    validate(one);
    plan_ = plan_compute(options.compute);
    vae_config_ = model_.vae_config();
    for (const char* component : {"text_encoder", "text_encoder_2", "transformer", "vae"})
      model_.check(component);
    const auto transformer = model_.build_transformer();
    check_components_fit(model_, *transformer);
    rules_ = size_rules(*transformer, vae_config_);
    size_ = resolve_size(options.size, evaluated_size(), rules_);
    if (transformer->embeds_guidance())
      guidance_ = options.sampling.embedded_guidance_scale.value_or(kDefaultGuidance);
    plan_memory(one);
    quiet_ = events;
    quiet_.progress = {};
  }

  void encode_prompts() {
    const TextStage text(model_, plan_.for_text(), hunyuan_video_prompt_template());
    if (options_.sampling.cfg_scale > 1)
      negative_ = text.encode("negative prompt", "", events_);
    for (const std::string& prompt : prompts_) {
      events_.check_stop();
      events_.report("text", static_cast<int64_t>(embeddings_.size()), total());
      embeddings_.push_back(text.encode("prompt", prompt, events_));
    }
    events_.report("text", total(), total());
  }

  void sample_latents() {
    const auto shape = latent_shape(size_, vae_config_.latent_channels, rules_);
    SamplingOptions sampling = options_.sampling;
    path_ = sampling_times(model_, sampling, rules_, shape);
    const auto steps = static_cast<int64_t>(path_.times.size()) - 1;
    const auto transformer = model_.load_transformer(plan_.for_transformer());
    for (int64_t i = 0; i < total(); ++i) {
      events_.report("sample", i * steps, total() * steps);
      sampling.seed = options_.seed + static_cast<uint64_t>(i);
      const at::Tensor noise = initial_noise(shape, sampling);
      const auto tell = [&](const SamplingState& state) {
        events_.report("sample", i * steps + state.steps_done, total() * steps);
      };
      latents_.push_back(sample(velocity_of(*transformer, embeddings_[static_cast<size_t>(i)]),
                                {0, starting_point(noise.to(plan_.device), path_), {}},
                                {path_.times, sampling.solver, sampling.seed, sampling.tolerance},
                                quiet_, tell)
                             .to(at::kCPU));
    }
  }

  void decode(const FramesSink& sink) {
    const auto vae = model_.load_vae(HunyuanVae::Part::kDecoder, plan_.for_vae());
    events_.report("decode", 0, total());
    for (int64_t i = 0; i < total(); ++i) {
      std::vector<at::Tensor> frames;
      DecodeSinks sinks;
      sinks.frame = [&](const at::Tensor& frame) { frames.push_back(frame.clone()); };
      const at::Tensor z =
          latents_[static_cast<size_t>(i)].to(plan_.vae) / vae_config_.scaling_factor;
      decode_latents(*vae, z, tiling_, plan_, quiet_, sinks);
      sink(i, at::stack(frames));
      events_.report("decode", i + 1, total());
    }
  }

 private:
  int64_t total() const { return static_cast<int64_t>(prompts_.size()); }

  void plan_memory(const GenerateOptions& one) {
    std::string why;
    tiling_ = choose_tiling(options_.vae, vae_config_, size_, c10::elementSize(plan_.vae),
                            plan_.device, &why);
    if (!why.empty()) events_.tell(why);
    RunRecord record;
    record.size = size_;
    record.plan = plan_;
    record.tiling = tiling_;
    check_memory(stage_needs(model_, one, record), options_.compute, plan_.device);
  }

  Velocity velocity_of(const VideoTransformer& transformer, const TextEmbedding& positive) const {
    return prompt_velocity(transformer,
                           {positive, negative_, guidance_options(options_.sampling)}, plan_,
                           {guidance_, path_.diffusion});
  }

  const EvaluateOptions& options_;
  const std::vector<std::string>& prompts_;
  const Events& events_;
  Events quiet_;  // the stages' own progress is that of one clip
  ModelDirectory model_;
  ComputePlan plan_;
  HunyuanVaeConfig vae_config_;
  SizeRules rules_;
  SamplingTimes path_;
  ClipSize size_;
  VaeTiling tiling_;
  double guidance_ = 0;
  std::optional<TextEmbedding> negative_;  // where it guides
  std::vector<TextEmbedding> embeddings_;
  std::vector<at::Tensor> latents_;
};

}  // namespace

ClipSize evaluated_size() { return {128, 128, 33, 24}; }

void make_clips(const EvaluateOptions& options, const std::vector<std::string>& prompts,
                const Events& events, const FramesSink& sink) {
  const at::NoGradGuard no_grad;
  Batch batch(options, prompts, events);
  batch.encode_prompts();
  batch.sample_latents();
  batch.decode(sink);
}

}  // namespace flowreel
