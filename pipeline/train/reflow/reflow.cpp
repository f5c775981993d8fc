#include "pipeline/train/reflow/reflow.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "errors/error.h"
#include "models/weights/config.h"
#include "pipeline/flow/schedule.h"
#include "pipeline/train/checkpoint.h"
#include "pipeline/train/clip_batches.h"
#include "pipeline/train/content_hash.h"
#include "pipeline/train/model_writer.h"
#include "pipeline/train/plan_checks.h"
#include "pipeline/train/reflow/held_configuration.h"
#include "pipeline/train/reflow/measures.h"
#include "pipeline/train/reflow/pair_set.h"
#include "pipeline/train/sample_clip.h"
#include "pipeline/train/text_video_networks.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
constexpr int64_t kShownClips = 4;
constexpr int kShownSteps = 4;  // what a reflow is for is few of them

std::vector<int64_t> latent_shape(const HunyuanVaeConfig& vae, const DataOptions& data) {
  return {vae.latent_channels, (data.frames - 1) / vae.temporal_compression_ratio + 1,
          data.height / vae.spatial_compression_ratio, data.width / vae.spatial_compression_ratio};
}

class Round {
 public:
  Round(const ReflowPlan& plan, int64_t number, const ClipSets& clips,
        const CaptionTokenizer& tokenizer, const TrainingEvents& events, const RoundSink& samples)
      : plan_(plan),
        number_(number),
        clips_(clips),
        tokenizer_(tokenizer),
        events_(events),
        samples_(samples),
        folder_(round_folder(plan.trainer.folder, number)),
        model_(number == 1 ? plan.model : round_folder(plan.trainer.folder, number - 1) + "/model"),
        vae_(model_.vae_config()),
        shape_(latent_shape(vae_, plan.data)) {
    if (model_.predicts_noise()) {
      throw DataError(model_.path() +
                      ": predicts noise, expected a model of velocities, whose ways can become "
                      "straight");
    }
    check_clip_size(plan.data, vae_);
    // Inference has kernels of its own for bfloat16, which autocast does not know.
    load(plan.trainer.bfloat16 ? at::kBFloat16 : at::kFloat);
    carry_.solver = plan.teacher.solver;
    carry_.times =
        schedule_times({.steps = static_cast<int>(plan.teacher.steps), .shift = shift()});
    carry_.check_stop = [this] {
      if (events_.stop_requested && events_.stop_requested())
        throw Interrupted("stopped between noise and data; --resume " + plan_.trainer.folder +
                          " goes on after the pairs that are finished");
    };
  }

  void operator()(const std::string& configuration) {
    hold_to(folder_, configuration);
    key_ = key(configuration);
    const PairSet validation = validation_pairs(), training = training_pairs();
    if (plan_.trainer.bfloat16) load(at::kFloat);
    learn(training, validation);
    compare(validation);
    TrainedParts trained;
    trained.transformer = networks_.transformer.get();
    trained.new_captions = clips_.training->count() > 0;
    trained.guidance_learnt = true;
    if (plan_.train_text) {
      trained.llama = networks_.llama.get();
      trained.clip = networks_.clip.get();
    }
    write_model(model_.path(), folder_ + "/model", trained, plan_.save_as);
    tell("wrote " + folder_ + "/model");
  }

 private:
  void tell(const std::string& text) const {
    if (events_.notice) events_.notice("round " + std::to_string(number_) + ": " + text);
  }

  void load(at::ScalarType type) {
    networks_ = {};
    networks_ = load_text_video(model_, {type, plan_.device});
    parts_ = networks_.parts(tokenizer_, plan_.guidance_scale);
  }

  double shift() const {
    if (plan_.teacher.shift > 0) return plan_.teacher.shift;
    return model_.scheduler_config().get_double("shift", 1, 1e-6, 1e6);
  }

  double cfg_scale() const { return number_ == 1 ? plan_.teacher.cfg_scale : 1; }

  // What pairs depend on, with the teacher's weights.
  std::string key(const std::string& configuration) {
    ContentHash hash;
    hash.add(configuration);
    const auto add = [&hash](const std::string& name, Parameter& p) {
      hash.add(name).add(p.value);
    };
    networks_.transformer->visit(add);
    networks_.llama->visit(add);
    networks_.clip->visit(add);
    return hash.hex();
  }

  // The same noise and captions in every round, so that rounds can be compared.
  PairSet validation_pairs() const {
    PairSetOptions options;
    options.name = "validation";
    options.stream = 0;
    options.count = plan_.validation_pairs;
    return pairs(options, *clips_.validation);
  }

  // New ones in every round.
  PairSet training_pairs() const {
    PairSetOptions options;
    options.name = "training";
    options.stream = 1;
    options.first = (number_ - 1) * plan_.pairs;
    options.count = plan_.pairs;
    return pairs(options, *clips_.training);
  }

  Carried carried(const at::Tensor& noise, const std::vector<std::string>& captions,
                  double cfg_scale) const {
    const Velocity field = text_video_field(parts_, captions, plan_.device, cfg_scale);
    return carry(field, noise.to(plan_.device), carry_);
  }

  // The teacher's, as long as nothing is trained.
  PairSet pairs(PairSetOptions options, const ClipSet& set) const {
    options.folder = folder_ + "/pairs";
    options.key = key_;
    options.shape = shape_;
    options.seed = plan_.trainer.seed;
    options.batch = plan_.teacher.batch;
    const auto began = Clock::now();
    int64_t made = 0, before = 0;
    options.progress = [&](int64_t done, int64_t total) {
      made += std::min(done - before, options.batch);
      before = done;
      const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
      char pace[32];
      std::snprintf(pace, sizeof pace, "%.3g", seconds / static_cast<double>(made));
      tell(options.name + " pairs: " + std::to_string(done) + " of " + std::to_string(total) +
           ", " + pace + " s a pair");
    };
    const auto caption_of = [&set](int64_t number) {
      return set.caption(set.count() > 0 ? number % set.count() : number);
    };
    return PairSet(options, caption_of,
                   [this](const at::Tensor& noise, const std::vector<std::string>& captions) {
                     return carried(noise, captions, cfg_scale());
                   });
  }

  BatchSource batches(const PairSet& set, ClipOrder order) const {
    return [&set, order = std::move(order), device = plan_.device](uint32_t number) {
      Batch batch = set.pairs(order(number));
      batch.data = batch.data.to(device);
      return batch;
    };
  }

  // From the teacher's weights, or the newest checkpoint, to the averages after the last step.
  void learn(const PairSet& training, const PairSet& validation) {
    TrainerOptions options = plan_.trainer;
    options.folder = folder_;
    options.fingerprint = key_;
    options.seed += static_cast<uint64_t>(number_ - 1);
    options.resume = has_checkpoint(folder_ + "/checkpoints");
    TrainingJob job;
    append_trainable(job.parameters, *networks_.transformer, "transformer.");
    if (plan_.train_text) {
      append_trainable(job.parameters, *networks_.llama, "text_encoder.");
      append_trainable(job.parameters, *networks_.clip, "text_encoder_2.");
    }
    job.objective = cfm(text_video_velocity(parts_), plan_.cfm);
    job.batches =
        batches(training, in_shuffled_epochs(training.count(), plan_.batch, options.seed));
    job.validation = batches(validation, in_order(validation.count(), plan_.batch));
    if (samples_ && options.sample_every > 0) {
      decoder_ = model_.load_vae(HunyuanVae::Part::kDecoder, {at::kFloat, plan_.device});
      job.sample = [this](int64_t step) { show(step); };
    }
    try {
      train(job, options, events_);
    } catch (const Interrupted&) {
      throw Interrupted("stopped while training round " + std::to_string(number_) + "; --resume " +
                        plan_.trainer.folder + " goes on from there");
    }
  }

  void show(int64_t step) const {
    SampleOptions options;
    const int64_t count = clips_.validation->count();
    for (int64_t i = 0; i < (count > 0 ? std::min(count, kShownClips) : kShownClips); ++i)
      options.captions.push_back(clips_.validation->caption(i));
    options.latent_shape = shape_;
    options.steps = kShownSteps;
    options.shift = shift();
    options.device = plan_.device;
    samples_(folder_, step, sample_clips(text_video_velocity(parts_), *decoder_, options),
             options.captions);
  }

  // The student on the validation pairs' noise, beside what the teacher made of it.
  void compare(const PairSet& validation) const {
    const Measures teacher = {validation.straightness(), validation.transport(), 0};
    const Measures student =
        measure(validation, plan_.teacher.batch,
                [this](const at::Tensor& noise, const std::vector<std::string>& captions) {
                  return carried(noise, captions, 1);
                });
    write_measures(folder_ + "/paths.csv", teacher, student);
    tell(described(teacher, student));
  }

  const ReflowPlan& plan_;
  int64_t number_;
  const ClipSets& clips_;
  const CaptionTokenizer& tokenizer_;
  const TrainingEvents& events_;
  const RoundSink& samples_;
  std::string folder_, key_;
  ModelDirectory model_;
  HunyuanVaeConfig vae_;
  std::vector<int64_t> shape_;
  TextVideoNetworks networks_;
  TextVideoParts parts_;
  CarryOptions carry_;
  std::unique_ptr<HunyuanVae> decoder_;  // where clips are shown
};

}  // namespace

std::string round_folder(const std::string& run, int64_t round) {
  return run + "/round_" + std::to_string(round);
}

void run_reflow(const ReflowPlan& plan, const ClipSets& clips, const CaptionTokenizer& tokenizer,
                const TrainingEvents& events, const RoundSink& samples) {
  const std::string& run = plan.trainer.folder;
  if (fs::exists(run + "/model"))
    throw OutputError(run + "/model is there already: this run is finished");
  if (!plan.trainer.resume && fs::exists(round_folder(run, 1)))
    throw OutputError(run + ": holds a run; go on with --resume, or name another folder");
  const std::string configuration = plan.trainer.fingerprint + fingerprint_of(*clips.training);
  for (int64_t round = 1; round <= plan.rounds; ++round) {
    const std::string folder = round_folder(run, round);
    if (fs::exists(folder + "/model")) {
      hold_to(folder, configuration);
    } else {
      Round(plan, round, clips, tokenizer, events, samples)(configuration);
    }
  }
  write_model(round_folder(run, plan.rounds) + "/model", run + "/model", {}, plan.save_as);
  if (events.notice) events.notice("wrote " + run + "/model");
}

}  // namespace flowreel
