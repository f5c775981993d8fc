#include "pipeline/generate/generate.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/output_file.h"
#include "models/weights/safetensors.h"
#include "pipeline/flow/schedule.h"
#include "pipeline/flow/solver.h"
#include "pipeline/generate/decode_stage.h"
#include "pipeline/generate/dump.h"
#include "pipeline/generate/encode.h"
#include "pipeline/generate/memory_budget.h"
#include "pipeline/generate/output.h"
#include "pipeline/generate/output_names.h"
#include "pipeline/generate/run_model.h"
#include "pipeline/generate/run_plan.h"
#include "pipeline/generate/run_state.h"
#include "pipeline/generate/sample.h"
#include "pipeline/generate/source.h"
#include "pipeline/generate/text.h"

namespace flowreel {
namespace {

RunPlan planned(const ModelDirectory& model, const GenerateOptions& options, const Events& events) {
  check_names_differ(options.output, {{"--input", options.input},
                                      {"--first-frame", options.first_frame},
                                      {"--initial-latents", options.initial_latents},
                                      {"--from-latents", options.from_latents}});
  return plan_run(model, options, events);
}

// One run of `generate`, stage after stage; members are what passes from one to the next.
class Run {
 public:
  Run(const GenerateOptions& options, const Events& events, ModelCache* cache = nullptr)
      : options_(options),
        events_(events),
        model_(options, events, cache),
        dump_(options.output.dump_tensors),
        plan_(planned(model_.directory(), options, events)),
        record_(plan_.record) {}

  // Reads what the run starts from, and nothing else.
  RunRecord checked() {
    if (options_.from_latents.empty()) read_start();
    return record_;
  }

  RunRecord operator()() {
    const bool may_keep =
        model_.has_cache() &&
        fits_whole(stage_needs(model_.directory(), options_, record_), record_.plan.device);
    model_.begin(record_.plan, may_keep);
    output_.emplace(options_.output, record_.size);
    std::optional<OutputFile> saved;
    if (!options_.output.save_latents.empty())
      saved.emplace(options_.output.save_latents, options_.output.overwrite);
    dump_.open(options_.output.overwrite);
    latents_ = plan_.latents;
    if (options_.from_latents.empty()) {
      read_start();
      go_on_from_checkpoint();
      if (!is_sampled()) {
        encode_prompts();
        if (state_.sampling.steps_done == 0) encode_start();
        sample_latents();
      }
      latents_ = state_.sampling.latents;
    }
    record_.hashes["latents"] = sha256_of_tensor(latents_);
    if (saved) write_safetensors(*saved, {{"latents", latents_}});
    DecodeStage(options_, plan_.vae, events_)(latents_, model_, record_, dump_, output_);
    output_->finish(record_,
                    [this](const RunRecord& record) { return manifest_json(options_, record); });
    return record_;
  }

 private:
  // What the run starts from: a file that is broken or does not fit is refused before any weight
  // is read.
  void read_start() {
    noise_ = options_.initial_latents.empty()
                 ? initial_noise(plan_.shape, options_.sampling)
                 : read_latents("--initial-latents", options_.initial_latents, plan_.shape);
    if (!options_.input.empty())
      frames_ = read_input_clip(options_.input, options_.size, record_.size);
    if (!options_.first_frame.empty())
      frames_ = read_first_frame(options_.first_frame, record_.size);
    record_.hashes["noise"] = sha256_of_tensor(noise_);
    if (frames_.defined()) record_.hashes["input"] = sha256_of_tensor(frames_);
  }

  // All that decides the latents.
  std::string run_key() {
    GenerateOptions only_latents = options_;
    only_latents.job.clear();
    only_latents.order.clear();
    only_latents.output = {};
    RunRecord record = record_;
    if (!frames_.defined()) record.tiling = {};  // of the decode alone, and it may depend on memory
    const std::string text = manifest_json(only_latents, record) + model_.identity();
    Sha256 hash;
    hash.update(text.data(), text.size());
    return hash.hex();
  }

  void go_on_from_checkpoint() {
    const bool is_kept = !options_.checkpoint.file.empty();
    file_.emplace(options_.checkpoint, is_kept ? run_key() : "", events_);
    std::optional<RunState> found = file_->load();
    if (!found) return;
    state_ = std::move(*found);
    model_.digest().add(state_.weights_read);
    record_.hashes = state_.hashes;
    record_.state_hashes = state_.state_hashes;
    record_.evaluations = state_.sampling.evaluations;
    events_.tell("going on from step " + std::to_string(state_.sampling.steps_done) + " of " +
                 std::to_string(plan_.steps()) + " in " + quote(options_.checkpoint.file));
  }

  bool is_sampled() const {
    return state_.sampling.latents.defined() && state_.sampling.steps_done == plan_.steps();
  }

  void save_state() {
    if (!file_->is_kept()) return;
    state_.sampling.latents = state_.sampling.latents.cpu();
    state_.hashes = record_.hashes;
    state_.state_hashes = record_.state_hashes;
    state_.weights_read = model_.digest().lines();
    file_->save(state_);
    saved_steps_ = state_.sampling.steps_done;
  }

  void encode_prompts() {
    events_.check_stop();
    events_.report("text", 0, 1);
    const auto text = model_.text();
    PaddedText padded;
    positive_ =
        text->encode("prompt", options_.prompt, events_, dump_.active() ? &padded : nullptr);
    if (options_.source_prompt)
      source_ = text->encode("source prompt", *options_.source_prompt, events_);
    if (options_.sampling.cfg_scale > 1)
      negative_ = text->encode("negative prompt", options_.negative_prompt.value_or(""), events_);
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
    dump_.write("noise", {{"latents", noise_}});
    at::Tensor& latents = state_.sampling.latents;
    latents = std::move(noise_);
    if (options_.invert) {
      latents = encode(std::move(frames_));
    } else if (!options_.input.empty()) {
      latents = interpolate(latents, encode(std::move(frames_)), plan_.times.front());
    } else if (!options_.first_frame.empty()) {
      latents.narrow(2, 0, 1).copy_(encode(std::move(frames_)));
    } else {
      latents = starting_point(latents, plan_.path);
    }
  }

  // frames [T,H,W,3] uint8 → scaled latents.
  at::Tensor encode(at::Tensor frames) {
    events_.check_stop();
    events_.report("encode", 0, 1);
    const auto vae = model_.encoder();
    const EncodedClip encoded = encode_frames(*vae, frames, record_.tiling, record_.plan, events_);
    dump_.write("encoded", {{"mean", encoded.mean}, {"logvar", encoded.logvar}});
    events_.report("encode", 1, 1);
    return encoded.mean * plan_.vae.scaling_factor;
  }

  void sample_latents() {
    if (plan_.steps() == 0) return;
    events_.check_stop();
    events_.report("sample", state_.sampling.steps_done, plan_.steps());
    const auto transformer = model_.transformer();
    bool first = true;
    const auto dump_first = [&](const at::Tensor& output) {
      if (first) dump_.write(TensorDump::numbered("velocity", 0), {{"velocity", output}});
      first = false;
    };
    NetworkOptions network{record_.guidance.value_or(0), plan_.path.diffusion, {}};
    if (options_.invert && state_.sampling.steps_done == 0) {
      const TextEmbedding& source = options_.source_prompt ? source_ : positive_;
      find_noise(transformer_velocity(*transformer, source, record_.plan, network));
    }
    network.output = dump_first;
    integrate(prompt_velocity(*transformer,
                              {positive_, negative_, guidance_options(options_.sampling)},
                              record_.plan, network));
  }

  SamplePlan sample_plan() const {
    return {plan_.times, options_.sampling.solver, options_.sampling.seed,
            options_.sampling.tolerance, !options_.first_frame.empty()};
  }

  // From the clip's latents, which are data, to what to sample from.
  void find_noise(const Velocity& velocity) {
    at::Tensor& latents = state_.sampling.latents;
    latents = invert(velocity, latents.to(record_.plan.device), sample_plan(), events_).cpu();
    record_.hashes["inverted"] = sha256_of_tensor(latents);
    dump_.write("inverted", {{"latents", latents}});
  }

  void integrate(const Velocity& velocity) {
    const auto see = [this](const SamplingState& state) {
      record_.state_hashes.push_back(sha256_of_tensor(state.latents));
      dump_.write(TensorDump::numbered("step", state.steps_done - 1), {{"latents", state.latents}});
      state_.sampling = state;
      record_.evaluations = state.evaluations;
      if (file_->is_due(state.steps_done)) save_state();
    };
    SamplingState start = state_.sampling;
    start.latents = start.latents.to(record_.plan.device);
    for (at::Tensor& past : start.memory.past) past = past.to(record_.plan.device);
    saved_steps_ = start.steps_done;
    try {
      sample(velocity, std::move(start), sample_plan(), events_, see);
    } catch (const Interrupted&) {
      if (saved_steps_ < state_.sampling.steps_done) save_state();
      throw;
    }
    if (saved_steps_ < plan_.steps())
      save_state();  // what follows may need more memory than there is
    state_.sampling.latents = state_.sampling.latents.cpu();
  }

  const GenerateOptions& options_;
  const Events& events_;
  RunModel model_;
  TensorDump dump_;
  RunPlan plan_;
  RunRecord& record_;  // that of the plan, completed
  TextEmbedding positive_, source_;
  std::optional<TextEmbedding> negative_;  // where it guides
  at::Tensor noise_, frames_;  // from read_start() to encode_start()
  std::optional<StateFile> file_;
  RunState state_;
  int saved_steps_ = 0;
  at::Tensor latents_;  // the final ones
  std::optional<ClipOutput> output_;
};

}  // namespace

RunRecord generate(const GenerateOptions& options, const Events& events, ModelCache* cache) {
  const at::NoGradGuard no_grad;
  if (cache == nullptr || cache->is_empty()) return Run(options, events, cache)();
  std::optional<Run> run;
  try {
    run.emplace(options, events, cache);
  } catch (const MemoryError&) {
    cache->clear();  // what it holds was counted as taken
    run.emplace(options, events, cache);
  }
  return (*run)();
}

RunRecord check_generation(const GenerateOptions& options, const Events& events) {
  return Run(options, events).checked();
}

}  // namespace flowreel
