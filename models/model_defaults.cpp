#include "models/model_defaults.h"

#include <filesystem>

#include "models/model_dir.h"
#include "models/weights/config.h"

namespace flowreel {
namespace {

std::optional<int64_t> whole(const ModelConfig& config, const char* key, int64_t high) {
  if (!config.has(key)) return std::nullopt;
  return config.require_int(key, 1, high);
}

std::optional<double> number(const ModelConfig& config, const char* key, double high) {
  if (!config.has(key)) return std::nullopt;
  return config.require_double(key, 1, high);
}

}  // namespace

ModelDefaults model_defaults(const ModelDirectory& model) {
  const std::string path = model.path() + "/flowreel.json";
  if (!std::filesystem::exists(path)) return {};
  const ModelConfig config = ModelConfig::from_file(path);
  ModelDefaults defaults;
  defaults.width = whole(config, "width", 16384);
  defaults.height = whole(config, "height", 16384);
  defaults.num_frames = whole(config, "num_frames", 100000);
  defaults.fps = number(config, "fps", 240);
  defaults.steps = whole(config, "steps", 10000);
  defaults.cfg_scale = number(config, "cfg_scale", 1000);
  defaults.words = config.get_string_list("words", {});
  return defaults;
}

}  // namespace flowreel
