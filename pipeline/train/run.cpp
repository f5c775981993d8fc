#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <filesystem>

#include "errors/error.h"
#include "models/model_dir.h"
#include "models/weights/config.h"
#include "pipeline/train/clip_latents.h"
#include "pipeline/train/init.h"
#include "pipeline/train/model_writer.h"
#include "pipeline/train/plan.h"
#include "pipeline/train/plan_checks.h"
#include "pipeline/train/sample_clip.h"
#include "pipeline/train/text_video_networks.h"
#include "pipeline/train/vae_init.h"
#include "pipeline/train/vae_latents.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;
constexpr int64_t kShownClips = 4;

class Training {
 public:
  Training(const TrainingPlan& plan, const ClipSets& clips, const CaptionTokenizer& tokenizer,
           const TrainingEvents& events, const ClipsSink& samples)
      : plan_(plan),
        clips_(clips),
        tokenizer_(tokenizer),
        events_(events),
        samples_(samples),
        model_(plan.model) {}

  void operator()() {
    check_absent_model();
    if (plan_.goal == TrainingGoal::kVae) {
      train_vae();
    } else {
      train_flow();
    }
    write_model(plan_.model, folder() + "/model", trained_, plan_.save_as);
    tell("wrote " + folder() + "/model");
  }

 private:
  const std::string& folder() const { return plan_.trainer.folder; }
  void tell(const std::string& text) const {
    if (events_.notice) events_.notice(text);
  }

  void check_absent_model() const {
    if (fs::exists(folder() + "/model"))
      throw OutputError(folder() + "/model is there already: this run is finished");
  }

  // A component to be trained: its weights if it has some, else random ones. `build` makes it
  // without weights, `load` with them.
  template <typename Build, typename Load>
  auto trainable(const std::string& component, Build build, Load load,
                 const ParameterFilter& filter = {}) {
    using M = typename decltype(build())::element_type;
    std::unique_ptr<M> module;
    if (!plan_.fresh && has_weights(model_, component)) {
      module = load(LoadOptions{at::kFloat, plan_.device});
      tell(component + ": goes on from the weights of " + plan_.model);
    } else {
      module = build();
      initialise(*module, plan_.trainer.seed);
      module->visit(
          [this](const std::string&, Parameter& p) { p.value = p.value.to(plan_.device); });
      tell(component + ": begins at random, " + std::to_string(module->parameter_count()) +
           " parameters");
      if (component == "transformer") begin_as_identity(*module);
      if constexpr (std::is_same_v<M, HunyuanVae>) initialise_as_copy(*module);
    }
    append_trainable(parameters_, *module, component + ".", filter);
    return module;
  }

  // `show` makes clips of a batch of the validation set's.
  void run(Objective objective, BatchSource batches, BatchSource validation,
           const std::function<at::Tensor(const Batch&)>& show) {
    const int64_t count = clips_.validation->count();
    const int64_t shown = count > 0 ? std::min(count, kShownClips) : kShownClips;
    const auto sample = [this, &show, shown](int64_t step) {
      const Batch batch = pixels(clips_.validation, in_order(shown, shown))(0);
      samples_(step, show(batch), batch.captions);
    };
    TrainingJob job{
        parameters_, std::move(objective), std::move(batches), std::move(validation), {}};
    if (samples_) job.sample = sample;
    TrainerOptions trainer = plan_.trainer;
    trainer.fingerprint += fingerprint_of(*clips_.training);
    if (plan_.vae.standardise) trainer.fingerprint += fingerprint_of(*clips_.validation);
    train(job, trainer, events_);
  }

  static BatchSource pixels(const std::shared_ptr<const ClipSet>& set, ClipOrder order) {
    return batches_of(set, std::move(order),
                      [set](const ClipNumbers& numbers) { return set->clips(numbers); });
  }

  ClipOrder training_order(int64_t count) const {
    return count > 0 ? in_shuffled_epochs(count, plan_.batch, plan_.trainer.seed)
                     : in_order(count, plan_.batch);
  }
  ClipOrder validation_order() const { return in_order(clips_.validation->count(), plan_.batch); }

  // Each clip and, below it, what the autoencoder makes of it.
  at::Tensor reconstructed(const Batch& batch) const {
    const at::Tensor mean = vae_->encode_tile(batch.data).chunk(2, 1)[0];
    return at::cat({batch.data, vae_->decode_tile(mean).clamp(-1, 1)}, 3).cpu();
  }

  at::Tensor sampled(const BatchNetwork& network, const Batch& batch) const {
    const HunyuanVaeConfig& vae = vae_->config();
    SampleOptions options;
    options.captions = batch.captions;
    options.latent_shape = {vae.latent_channels,
                            (plan_.data.frames - 1) / vae.temporal_compression_ratio + 1,
                            plan_.data.height / vae.spatial_compression_ratio,
                            plan_.data.width / vae.spatial_compression_ratio};
    if (predicts_noise()) {
      options.diffusion = plan_.ddpm.schedule;
    } else {
      options.shift = model_.scheduler_config().get_double("shift", 1, 1e-6, 1e6);
    }
    options.device = plan_.device;
    return sample_clips(network, *vae_, options);
  }

  void train_vae() {
    constexpr auto kBoth = HunyuanVae::Part::kBoth;
    const VaeObjectiveOptions& o = plan_.vae;
    if (o.decoder_only || o.from_images || o.standardise) check_vae_weights();
    vae_ = trainable(
        "vae", [this] { return model_.build_vae(kBoth); },
        [this](const LoadOptions& options) {
          auto vae = model_.load_vae(kBoth, options);
          if (plan_.vae.from_images) inflate(*vae);
          return vae;
        },
        plan_.vae.decoder_only ? is_of_decoder : ParameterFilter());
    check_clip_size(seen_part(), vae_->config());
    if (o.standardise) {
      standardise(*vae_, channel_statistics(validation_latents()));
      if (has_weights(model_, "transformer"))
        tell("vae.standardise: the transformer of " + plan_.model +
             " has to learn the new latents");
    }
    run(vae_objective(*vae_, plan_.vae),
        parts_of(pixels(clips_.training, training_order(clips_.training->count()))),
        parts_of(pixels(clips_.validation, validation_order())),
        [this](const Batch& batch) { return reconstructed(batch); });
    trained_.vae = vae_.get();
    if (!o.decoder_only) trained_.scaling_factor = measured_scaling_factor();
    if (o.decoder_only && o.standardise) trained_.scaling_factor = 1;
  }

  // The data's options with the size of what is cut out of each clip.
  DataOptions seen_part() const {
    DataOptions seen = plan_.data;
    if (plan_.window.frames > 0) seen.frames = plan_.window.frames;
    if (plan_.window.height > 0) seen.height = plan_.window.height;
    if (plan_.window.width > 0) seen.width = plan_.window.width;
    return seen;
  }

  BatchSource parts_of(BatchSource clips) const {
    return windowed(std::move(clips), plan_.window, plan_.trainer.seed);
  }

  void check_vae_weights() const {
    if (!plan_.fresh && has_weights(model_, "vae")) return;
    throw DataError(
        "vae.decoder_only, vae.from_images and vae.standardise need an autoencoder with weights to "
        "go on from, in " +
        plan_.model + "/vae");
  }

  // Of clips that training has not seen, not scaled.
  at::Tensor validation_latents() const {
    constexpr int64_t kBatches = 8;
    const at::NoGradGuard no_grad;
    const BatchSource clips = parts_of(pixels(clips_.validation, validation_order()));
    const int64_t count = clips_.validation->count();
    const int64_t all = count > 0 ? (count + plan_.batch - 1) / plan_.batch : kBatches;
    std::vector<at::Tensor> latents;
    for (uint32_t i = 0; i < std::min(all, kBatches); ++i)
      latents.push_back(vae_->encode_tile(clips(i).data).chunk(2, 1)[0]);
    return at::cat(latents);
  }

  double measured_scaling_factor() const {
    const double std = validation_latents().to(at::kDouble).std().item<double>();
    tell("latents have a standard deviation of " + std::to_string(std) +
         "; scaling_factor is 1/that");
    return 1 / std;
  }

  bool predicts_noise() const { return plan_.goal == TrainingGoal::kDdpm; }

  void train_flow() {
    check_prediction(plan_, model_);
    networks_.transformer = trainable(
        "transformer", [this] { return model_.build_transformer(); },
        [this](const LoadOptions& options) { return model_.load_transformer(options); });
    load_text_encoders();
    check_components_fit(model_, *networks_.transformer);
    vae_ = model_.load_vae(HunyuanVae::Part::kBoth, {at::kFloat, plan_.device});
    check_clip_size(plan_.data, vae_->config());
    const TextVideoParts parts = networks_.parts(tokenizer_, plan_.guidance_scale);
    const BatchNetwork network =
        predicts_noise() ? text_video_noise(parts) : text_video_velocity(parts);
    const int64_t finite = clips_.training->count();
    const int64_t count = finite > 0 ? finite : plan_.cached_clips;
    BatchSource batches =
        batches_of(clips_.training, training_order(count), latents(clips_.training, count));
    BatchSource validation = batches_of(clips_.validation, validation_order(),
                                        latents(clips_.validation, clips_.validation->count()));
    run(predicts_noise() ? ddpm_objective(network, plan_.ddpm) : cfm(network, plan_.cfm),
        std::move(batches), std::move(validation),
        [&](const Batch& batch) { return sampled(network, batch); });
    if (predicts_noise()) trained_.betas = plan_.ddpm.schedule.law();
    trained_.transformer = networks_.transformer.get();
    trained_.new_captions = finite > 0;
    if (plan_.train_text) {
      trained_.llama = networks_.llama.get();
      trained_.clip = networks_.clip.get();
    }
  }

  void load_text_encoders() {
    if (!plan_.train_text) {
      networks_.llama = model_.load_text_encoder({at::kFloat, plan_.device});
      networks_.clip = model_.load_text_encoder_2({at::kFloat, plan_.device});
      return;
    }
    networks_.llama = trainable(
        "text_encoder", [this] { return model_.build_text_encoder(); },
        [this](const LoadOptions& options) { return model_.load_text_encoder(options); });
    networks_.clip = trainable(
        "text_encoder_2", [this] { return model_.build_text_encoder_2(); },
        [this](const LoadOptions& options) { return model_.load_text_encoder_2(options); });
  }

  // Kept of the first `count` clips; encoded anew each time when that is 0.
  ClipData latents(const std::shared_ptr<const ClipSet>& set, int64_t count) {
    if (count == 0) return latents_of(set, *vae_, plan_.trainer.bfloat16);
    KeptLatentsOptions options;
    options.folder = plan_.cache.empty() ? folder() + "/latents" : plan_.cache;
    options.count = count;
    options.batch = plan_.batch;
    options.bfloat16 = plan_.trainer.bfloat16;
    options.device = plan_.device;
    options.progress = [this](int64_t done, int64_t total) {
      tell("encoded clips: " + std::to_string(done) + " of " + std::to_string(total));
    };
    options.check_stop = [this] {
      if (events_.stop_requested && events_.stop_requested())
        throw Interrupted("stopped while encoding clips; finished files are kept");
    };
    return kept_latents_of(*set, *vae_, options);
  }

  const TrainingPlan& plan_;
  const ClipSets& clips_;
  const CaptionTokenizer& tokenizer_;
  const TrainingEvents& events_;
  const ClipsSink& samples_;
  ModelDirectory model_;
  NamedParameters parameters_;
  TextVideoNetworks networks_;
  std::unique_ptr<HunyuanVae> vae_;
  TrainedParts trained_;
};

}  // namespace

void run_training(const TrainingPlan& plan, const ClipSets& clips,
                  const CaptionTokenizer& tokenizer, const TrainingEvents& events,
                  const ClipsSink& samples) {
  Training(plan, clips, tokenizer, events, samples)();
}

}  // namespace flowreel
