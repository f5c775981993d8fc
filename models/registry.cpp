#include "models/registry.h"

#include "errors/error.h"
#include "models/dit/hunyuan_video.h"
#include "models/weights/config.h"

namespace flowreel {
namespace {

std::unique_ptr<VideoTransformer> build_hunyuan_video(const ModelConfig& config) {
  return std::make_unique<HunyuanVideoTransformer>(HunyuanVideoConfig::from(config));
}

}  // namespace

const std::vector<TransformerFamily>& transformer_families() {
  static const std::vector<TransformerFamily> table = {
      {"HunyuanVideoTransformer3DModel", build_hunyuan_video},
  };
  return table;
}

std::unique_ptr<VideoTransformer> build_transformer(const std::string& class_name,
                                                    const ModelConfig& config) {
  std::string known;
  for (const TransformerFamily& family : transformer_families()) {
    if (class_name == family.class_name) return family.build(config);
    known += (known.empty() ? "" : ", ") + std::string(family.class_name);
  }
  throw DataError(config.what() + ": transformer class is \"" + class_name +
                  "\", expected one of " + known);
}

}  // namespace flowreel
