#include "pipeline/generate/run_model.h"

#include "errors/error.h"
#include "pipeline/generate/run_state.h"

namespace flowreel {

RunModel::RunModel(const GenerateOptions& options, const Events& events, ModelCache* cache)
    : options_(options),
      events_(events),
      directory_(options.model),
      keeps_(cache != nullptr),
      cache_(cache != nullptr ? *cache : own_cache_) {
  directory_.observe_reads(digest_.observer());
}

const std::string& RunModel::identity() {
  if (identity_.empty()) identity_ = model_identity(options_.model);
  return identity_;
}

void RunModel::begin(const ComputePlan& plan, bool may_keep) {
  plan_ = plan;
  if (!keeps_) return;
  cache_.begin(options_.model + "\n" + identity() + plan.device.str() +
                   c10::toString(plan.transformer) + c10::toString(plan.text) +
                   c10::toString(plan.vae),
               may_keep);
}

std::shared_ptr<const TextStage> RunModel::text() {
  auto text = cache_.get<TextStage>("text", digest_, [this] {
    return std::make_unique<TextStage>(directory_, interruptible(plan_.for_text()),
                                       hunyuan_video_prompt_template());
  });
  check("text_encoder");
  check("text_encoder_2");
  return text;
}

std::shared_ptr<const VideoTransformer> RunModel::transformer() {
  auto transformer = cache_.get<VideoTransformer>("transformer", digest_, [this] {
    return directory_.load_transformer(interruptible(plan_.for_transformer()));
  });
  check("transformer");
  return transformer;
}

std::shared_ptr<const HunyuanVae> RunModel::encoder() {
  return cache_.get<HunyuanVae>("encoder", digest_, [this] {
    return directory_.load_vae(HunyuanVae::Part::kEncoder, interruptible(plan_.for_vae()));
  });
}

std::shared_ptr<const HunyuanVae> RunModel::decoder() {
  auto vae = cache_.get<HunyuanVae>("decoder", digest_, [this] {
    return directory_.load_vae(HunyuanVae::Part::kDecoder, interruptible(plan_.for_vae()));
  });
  check("vae");
  return vae;
}

bool RunModel::free_kept() {
  const bool had = !cache_.is_empty();
  cache_.clear();
  return had;
}

LoadOptions RunModel::interruptible(LoadOptions load) const {
  load.before_tensor = [this] { events_.check_stop(); };
  return load;
}

void RunModel::check(const char* component) const {
  const auto wanted = options_.weights_sha256.find(component);
  if (wanted == options_.weights_sha256.end()) return;
  const std::string read = digest_.by_component()[component];
  if (read == wanted->second) return;
  throw DataError(std::string("the weights of ") + component + " have the SHA-256 " + read +
                  ", expected " + wanted->second);
}

}  // namespace flowreel
