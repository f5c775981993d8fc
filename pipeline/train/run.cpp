#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <filesystem>

#include "errors/error.h"
#include "models/model_dir.h"
#include "models/text/prompt_template.h"
#include "models/weights/config.h"
#include "pipeline/train/init.h"
#include "pipeline/train/model_writer.h"
#include "pipeline/train/plan.h"
#include "pipeline/train/sample_clip.h"
#include "pipeline/train/shapes_source.h"
#include "pipeline/train/text_video.h"
#include "pipeline/train/vae_init.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;
constexpr int64_t kShownClips = 4;

bool has_weights(const ModelDirectory& model, const std::string& component) {
  for (const auto& entry : fs::directory_iterator(model.folder(component))) {
    if (entry.path().filename().string().find(".safetensors") != std::string::npos) return true;
  }
  return false;
}

bool is_of_decoder(const std::string& name) {
  return name.rfind("decoder.", 0) == 0 || name.rfind("post_quant_conv.", 0) == 0;
}

// adaLN-Zero (Peebles & Xie, arXiv 2212.09748, section 3.2): every block begins as the identity and
// the network as 0, from where deep transformers learn faster.
void zero_modulation(Module& transformer) {
  transformer.visit([](const std::string& name, Parameter& parameter) {
    const bool modulates =
        name.find("norm") != std::string::npos && name.find(".linear.") != std::string::npos;
    if (modulates || name.rfind("proj_out.", 0) == 0) parameter.value.zero_();
  });
}

class Training {
 public:
  Training(const TrainingPlan& plan, const CaptionTokenizer& tokenizer,
           const TrainingEvents& events, const ClipsSink& samples)
      : plan_(plan),
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
      if (component == "transformer") zero_modulation(*module);
      if constexpr (std::is_same_v<M, HunyuanVae>) initialise_as_copy(*module);
    }
    append_trainable(parameters_, *module, component + ".", filter);
    return module;
  }

  // `show` makes clips of a batch of the validation set's.
  void run(Objective objective, BatchSource batches, BatchSource validation,
           const std::function<at::Tensor(const Batch&)>& show) {
    const auto sample = [this, &show](int64_t step) {
      const Batch batch =
          shapes_clips(plan_.data, plan_.data.seed + 1, kShownClips, plan_.device)(0);
      samples_(step, show(batch), batch.captions);
    };
    TrainingJob job{
        parameters_, std::move(objective), std::move(batches), std::move(validation), {}};
    if (samples_) job.sample = sample;
    train(job, plan_.trainer, events_);
  }

  // Each clip and, below it, what the autoencoder makes of it.
  at::Tensor reconstructed(const Batch& batch) const {
    const at::Tensor mean = vae_->encode_tile(batch.data).chunk(2, 1)[0];
    return at::cat({batch.data, vae_->decode_tile(mean).clamp(-1, 1)}, 3).cpu();
  }

  at::Tensor sampled(const BatchNetwork& velocity, const Batch& batch) const {
    const HunyuanVaeConfig& vae = vae_->config();
    SampleOptions options;
    options.captions = batch.captions;
    options.latent_shape = {vae.latent_channels,
                            (plan_.data.frames - 1) / vae.temporal_compression_ratio + 1,
                            plan_.data.height / vae.spatial_compression_ratio,
                            plan_.data.width / vae.spatial_compression_ratio};
    options.shift = model_.scheduler_config().get_double("shift", 1, 1e-6, 1e6);
    options.device = plan_.device;
    return sample_clips(velocity, *vae_, options);
  }

  void train_vae() {
    constexpr auto kBoth = HunyuanVae::Part::kBoth;
    if (plan_.vae.decoder_only || plan_.vae.from_images) check_vae_weights();
    vae_ = trainable(
        "vae", [this] { return model_.build_vae(kBoth); },
        [this](const LoadOptions& options) {
          auto vae = model_.load_vae(kBoth, options);
          if (plan_.vae.from_images) inflate(*vae);
          return vae;
        },
        plan_.vae.decoder_only ? is_of_decoder : ParameterFilter());
    check_clip_size(vae_->config());
    run(vae_objective(*vae_, plan_.vae),
        shapes_clips(plan_.data, plan_.data.seed, plan_.batch, plan_.device),
        shapes_clips(plan_.data, plan_.data.seed + 1, plan_.batch, plan_.device),
        [this](const Batch& batch) { return reconstructed(batch); });
    trained_.vae = vae_.get();
    if (!plan_.vae.decoder_only) trained_.scaling_factor = measured_scaling_factor();
  }

  void check_vae_weights() const {
    if (!plan_.fresh && has_weights(model_, "vae")) return;
    throw DataError(
        "vae.decoder_only and vae.from_images need an autoencoder with weights to go on from, in " +
        plan_.model + "/vae");
  }

  // 1 / the standard deviation of latents of clips that training has not seen.
  double measured_scaling_factor() const {
    constexpr int64_t kBatches = 8;
    const at::NoGradGuard no_grad;
    const BatchSource clips =
        shapes_clips(plan_.data, plan_.data.seed + 1, plan_.batch, plan_.device);
    std::vector<at::Tensor> latents;
    for (uint32_t i = 0; i < kBatches; ++i)
      latents.push_back(vae_->encode_tile(clips(i).data).chunk(2, 1)[0].flatten());
    const double std = at::cat(latents).to(at::kDouble).std().item<double>();
    tell("latents have a standard deviation of " + std::to_string(std) +
         "; scaling_factor is 1/that");
    return 1 / std;
  }

  void train_flow() {
    transformer_ = trainable(
        "transformer", [this] { return model_.build_transformer(); },
        [this](const LoadOptions& options) { return model_.load_transformer(options); });
    load_text_encoders();
    check_components_fit(model_, *transformer_);
    vae_ = model_.load_vae(HunyuanVae::Part::kBoth, {at::kFloat, plan_.device});
    check_clip_size(vae_->config());
    TextVideoParts parts;
    parts.transformer = transformer_.get();
    parts.llama = llama_.get();
    parts.clip = clip_.get();
    parts.tokenizer = remembering(tokenizer_);
    parts.crop_start = hunyuan_video_prompt_template().crop_start;
    parts.guidance_scale = plan_.guidance_scale;
    const BatchNetwork velocity = text_video_velocity(parts);
    run(cfm(velocity, plan_.cfm), flow_batches(),
        shapes_latents(plan_.data, plan_.data.seed + 1, plan_.batch, *vae_, plan_.device),
        [&](const Batch& batch) { return sampled(velocity, batch); });
    trained_.transformer = transformer_.get();
    if (plan_.train_text) {
      trained_.llama = llama_.get();
      trained_.clip = clip_.get();
    }
  }

  void load_text_encoders() {
    if (!plan_.train_text) {
      llama_ = model_.load_text_encoder({at::kFloat, plan_.device});
      clip_ = model_.load_text_encoder_2({at::kFloat, plan_.device});
      return;
    }
    llama_ = trainable(
        "text_encoder", [this] { return model_.build_text_encoder(); },
        [this](const LoadOptions& options) { return model_.load_text_encoder(options); });
    clip_ = trainable(
        "text_encoder_2", [this] { return model_.build_text_encoder_2(); },
        [this](const LoadOptions& options) { return model_.load_text_encoder_2(options); });
  }

  BatchSource flow_batches() {
    if (plan_.cached_clips == 0)
      return shapes_latents(plan_.data, plan_.data.seed, plan_.batch, *vae_, plan_.device);
    LatentCache::Options options;
    options.folder = plan_.cache.empty() ? folder() + "/latents" : plan_.cache;
    options.count = plan_.cached_clips;
    options.key = latents_key();
    const auto encode = [this](int64_t first, int64_t count) { return encode_span(first, count); };
    const auto progress = [this](int64_t done, int64_t total) {
      tell("encoded clips: " + std::to_string(done) + " of " + std::to_string(total));
      if (events_.stop_requested && events_.stop_requested())
        throw Interrupted("stopped while encoding clips; finished files are kept");
    };
    return cached_shapes(plan_.data, plan_.batch, plan_.trainer.seed,
                         std::make_shared<LatentCache>(options, encode, progress), plan_.device);
  }

  // Of the encoder's weights and of the first clips: whatever option changes those changes it.
  std::string latents_key() const {
    constexpr int64_t kClips = 8;
    std::vector<at::Tensor> contents = {
        render_clips(plan_.data, plan_.data.seed, 0, kClips, plan_.device)};
    vae_->visit([&](const std::string& name, Parameter& p) {
      if (p.value.defined() && !is_of_decoder(name)) contents.push_back(p.value);
    });
    return content_key(contents);
  }

  at::Tensor encode_span(int64_t first, int64_t count) const {
    std::vector<at::Tensor> parts;
    for (int64_t done = 0; done < count; done += plan_.batch) {
      const at::Tensor clips = render_clips(plan_.data, plan_.data.seed, first + done,
                                            std::min(plan_.batch, count - done), plan_.device);
      parts.push_back(encode_clips(*vae_, clips).cpu());
    }
    return at::cat(parts);
  }

  void check_clip_size(const HunyuanVaeConfig& vae) const {
    const ShapesData& d = plan_.data;
    const int64_t space = vae.spatial_compression_ratio, time = vae.temporal_compression_ratio;
    if (d.height % space == 0 && d.width % space == 0 && d.frames % time == 1) return;
    throw DataError("clips of " + std::to_string(d.frames) + " x " + std::to_string(d.height) +
                    " x " + std::to_string(d.width) + ": the autoencoder needs multiples of " +
                    std::to_string(space) + " and a frame count of " + std::to_string(time) +
                    "k+1");
  }

  const TrainingPlan& plan_;
  const CaptionTokenizer& tokenizer_;
  const TrainingEvents& events_;
  const ClipsSink& samples_;
  ModelDirectory model_;
  NamedParameters parameters_;
  std::unique_ptr<VideoTransformer> transformer_;
  std::unique_ptr<HunyuanVae> vae_;
  std::unique_ptr<LlamaModel> llama_;
  std::unique_ptr<ClipTextModel> clip_;
  TrainedParts trained_;
};

}  // namespace

void run_training(const TrainingPlan& plan, const CaptionTokenizer& tokenizer,
                  const TrainingEvents& events, const ClipsSink& samples) {
  Training(plan, tokenizer, events, samples)();
}

}  // namespace flowreel
