#include "pipeline/generate/generate.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/output_file.h"
#include "models/weights/config.h"
#include "models/weights/safetensors.h"
#include "pipeline/flow/guidance.h"
#include "pipeline/flow/schedule.h"
#include "pipeline/flow/solver.h"
#include "pipeline/generate/decode.h"
#include "pipeline/generate/dump.h"
#include "pipeline/generate/encode.h"
#include "pipeline/generate/memory.h"
#include "pipeline/generate/memory_budget.h"
#include "pipeline/generate/output.h"
#include "pipeline/generate/output_names.h"
#include "pipeline/generate/sample.h"
#include "pipeline/generate/schedule_config.h"
#include "pipeline/generate/source.h"
#include "pipeline/generate/text.h"
#include "pipeline/generate/validate.h"

namespace flowreel {
namespace {

// diffusers' default guidance_scale for this pipeline.
constexpr double kDefaultGuidance = 6.0;

// One run of `generate`, stage after stage; members are what passes from one to the next.
class Run {
 public:
  Run(const GenerateOptions& options, const Events& events)
      : options_(options),
        events_(events),
        model_(options.model),
        dump_(options.output.dump_tensors) {
    validate(options);
    check_names_differ(options.output, {{"--input", options.input},
                                        {"--first-frame", options.first_frame},
                                        {"--initial-latents", options.initial_latents},
                                        {"--from-latents", options.from_latents}});
    model_.observe_reads(digest_.observer());
    record_.task = task_name(options);
    record_.plan = plan_compute(options.compute);
    record_.versions = environment_versions();
    vae_config_ = model_.vae_config();
    if (options.from_latents.empty()) {
      plan_network();
      plan_sampling();
    } else {
      load_finished_latents();
    }
    std::string why;
    record_.tiling = choose_tiling(options.vae, vae_config_, record_.size,
                                   c10::elementSize(record_.plan.vae), record_.plan.device, &why);
    if (!why.empty()) events.tell(why);
    check_memory(stage_needs(model_, options, record_), options.compute, record_.plan.device);
  }

  // Reads what the run starts from, and nothing else.
  RunRecord checked() {
    if (options_.from_latents.empty()) read_start();
    return record_;
  }

  RunRecord operator()() {
    ClipOutput output(options_.output, record_.size);
    std::optional<OutputFile> saved;
    if (!options_.output.save_latents.empty())
      saved.emplace(options_.output.save_latents, options_.output.overwrite);
    dump_.open(options_.output.overwrite);
    if (options_.from_latents.empty()) {
      read_start();
      encode_prompts();
      encode_start();
      sample_latents();
    }
    record_.hashes["latents"] = sha256_of_tensor(latents_);
    if (saved) write_safetensors(*saved, {{"latents", latents_}});
    decode_into(output);
    output.finish(record_,
                  [this](const RunRecord& record) { return manifest_json(options_, record); });
    return record_;
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
    rules_ = size_rules(*transformer, vae_config_);
    record_.size = resolve_size(options_.size, default_for_size(), rules_, options_.input);
    const std::optional<double>& guidance = options_.sampling.embedded_guidance_scale;
    if (guidance && !transformer->embeds_guidance())
      events_.tell("--embedded-guidance-scale has no effect: this model embeds no guidance");
    if (transformer->embeds_guidance()) record_.guidance = guidance.value_or(kDefaultGuidance);
    if (guides() && !options_.negative_prompt)
      events_.tell("--cfg-scale without --negative-prompt: guided away from the empty prompt");
  }

  void load_finished_latents() {
    latents_ = read_latents("--from-latents", options_.from_latents,
                            {1, vae_config_.latent_channels, -1, -1, -1});
    record_.size = {latents_.size(4) * vae_config_.spatial_compression_ratio,
                    latents_.size(3) * vae_config_.spatial_compression_ratio,
                    (latents_.size(2) - 1) * vae_config_.temporal_compression_ratio + 1,
                    options_.size.fps.value_or(default_size().fps)};
  }

  void plan_sampling() {
    const auto shape = latent_shape(record_.size, vae_config_.latent_channels, rules_);
    shape_.assign(shape.begin(), shape.end());
    path_ = sampling_times(model_, options_.sampling, rules_, shape_);
    if (path_.diffusion && !options_.first_frame.empty()) {
      throw UsageError(
          "--first-frame is given, but this model predicts the noise of a diffusion, whose frames "
          "cannot stand still; expected a flow model");
    }
    if (!path_.note.empty()) events_.tell(path_.note);
    record_.flow_shift = path_.flow_shift;
    if (path_.diffusion) record_.diffusion = path_.diffusion->law();
    times_ = path_.times;
    if (!options_.input.empty()) times_ = times_from_strength(times_, options_.strength);
    for (double t : times_) record_.sigmas.push_back(1 - t);
  }

  // What the run starts from: a file that is broken or does not fit is refused before any weight
  // is read.
  void read_start() {
    noise_ = options_.initial_latents.empty()
                 ? initial_noise(shape_, options_.sampling)
                 : read_latents("--initial-latents", options_.initial_latents, shape_);
    if (!options_.input.empty())
      frames_ = read_input_clip(options_.input, options_.size, record_.size);
    if (!options_.first_frame.empty())
      frames_ = read_first_frame(options_.first_frame, record_.size);
  }

  LoadOptions interruptible(LoadOptions load) const {
    load.before_tensor = [this] { events_.check_stop(); };
    return load;
  }

  bool guides() const { return options_.sampling.cfg_scale > 1; }

  void encode_prompts() {
    events_.check_stop();
    events_.report("text", 0, 1);
    const TextStage text(model_, interruptible(record_.plan.for_text()),
                         hunyuan_video_prompt_template());
    PaddedText padded;
    positive_ = text.encode("prompt", options_.prompt, events_, dump_.active() ? &padded : nullptr);
    if (guides())
      negative_ = text.encode("negative prompt", options_.negative_prompt.value_or(""), events_);
    if (dump_.active()) {
      dump_.write("text", {{"input_ids", padded.input_ids},
                           {"attention_mask", padded.attention_mask},
                           {"clip_input_ids", padded.clip_input_ids},
                           {"prompt_embeds", padded.prompt_embeds},
                           {"prompt_embeds_mask", padded.prompt_embeds_mask},
                           {"pooled_prompt_embeds", positive_.pooled}});
    }
    events_.report("text", 1, 1);
  }

  // The noise, and where on the path to begin.
  void encode_start() {
    record_.hashes["noise"] = sha256_of_tensor(noise_);
    dump_.write("noise", {{"latents", noise_}});
    latents_ = std::move(noise_);
    if (!options_.input.empty()) {
      latents_ = interpolate(latents_, encode(std::move(frames_)), times_.front());
    } else if (!options_.first_frame.empty()) {
      latents_.narrow(2, 0, 1).copy_(encode(std::move(frames_)));
    } else {
      latents_ = starting_point(latents_, path_);
    }
  }

  // frames [T,H,W,3] uint8 → scaled latents.
  at::Tensor encode(at::Tensor frames) {
    events_.check_stop();
    events_.report("encode", 0, 1);
    record_.hashes["input"] = sha256_of_tensor(frames);
    const auto vae =
        model_.load_vae(HunyuanVae::Part::kEncoder, interruptible(record_.plan.for_vae()));
    const EncodedClip encoded = encode_frames(*vae, frames, record_.tiling, record_.plan, events_);
    dump_.write("encoded", {{"mean", encoded.mean}, {"logvar", encoded.logvar}});
    events_.report("encode", 1, 1);
    return encoded.mean * vae_config_.scaling_factor;
  }

  void sample_latents() {
    const int64_t steps = static_cast<int64_t>(times_.size()) - 1;
    if (steps == 0) return;
    events_.check_stop();
    events_.report("sample", 0, steps);
    const auto transformer = model_.load_transformer(interruptible(record_.plan.for_transformer()));
    bool first = true;
    const auto dump_first = [&](const at::Tensor& output) {
      if (first) dump_.write(TensorDump::numbered("velocity", 0), {{"velocity", output}});
      first = false;
    };
    NetworkOptions network{record_.guidance.value_or(0), path_.diffusion, dump_first};
    Velocity velocity = transformer_velocity(*transformer, positive_, record_.plan, network);
    if (guides()) {
      network.output = {};
      velocity =
          guided(velocity, transformer_velocity(*transformer, negative_, record_.plan, network),
                 options_.sampling.cfg_scale);
    }
    const SamplePlan plan = {times_, options_.sampling.solver, options_.sampling.seed,
                             !options_.first_frame.empty()};
    const auto dump_step = [this](int step, const at::Tensor& latents) {
      dump_.write(TensorDump::numbered("step", step), {{"latents", latents}});
    };
    latents_ =
        sample(velocity, latents_.to(record_.plan.device), plan, events_, dump_step).to(at::kCPU);
  }

  void decode_into(ClipOutput& output) {
    events_.check_stop();
    const auto vae =
        model_.load_vae(HunyuanVae::Part::kDecoder, interruptible(record_.plan.for_vae()));
    record_.weights = digest_.by_component();
    output.set_manifest(manifest_json(options_, record_));
    std::vector<at::Tensor> kept;
    DecodeSinks sinks;
    sinks.frame = [&](const at::Tensor& frame) { output.write(frame); };
    if (dump_.active())
      sinks.decoded = [&](const at::Tensor& frames) { kept.push_back(frames.clone()); };
    // Divided in the VAE's own type, as diffusers does.
    const at::Tensor z = latents_.to(record_.plan.vae) / vae_config_.scaling_factor;
    decode_latents(*vae, z, record_.tiling, record_.plan, events_, sinks);
    if (dump_.active()) dump_.write("decoded", {{"frames", at::cat(kept, 0)}});
  }

  const GenerateOptions& options_;
  const Events& events_;
  ModelDirectory model_;
  TensorDump dump_;
  WeightsDigest digest_;
  HunyuanVaeConfig vae_config_;
  SizeRules rules_;
  RunRecord record_;
  std::vector<int64_t> shape_;
  SamplingTimes path_;
  std::vector<double> times_;  // those of path_ that are walked
  TextEmbedding positive_, negative_;
  at::Tensor noise_, frames_;  // from read_start() to encode_start()
  at::Tensor latents_;
};

}  // namespace

RunRecord generate(const GenerateOptions& options, const Events& events) {
  const at::NoGradGuard no_grad;
  return Run(options, events)();
}

RunRecord check_generation(const GenerateOptions& options, const Events& events) {
  return Run(options, events).checked();
}

}  // namespace flowreel
