#include "configs/presets.h"

#include <nlohmann/json.hpp>

#include "configs/fields.h"
#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {

const std::vector<Preset>& presets() {
  static const std::vector<Preset> table = {
      {"shapes@1", R"({"width": 128, "height": 128, "num_frames": 33, "fps": 16,
                       "sampling": {"steps": 20}})"},
      // Tencent's defaults and its table of sizes.
      {"hunyuan_t2v_720p@1",
       R"({"width": 1280, "height": 720, "num_frames": 129, "fps": 24,
           "sampling": {"steps": 50, "flow_shift": 7, "embedded_guidance_scale": 6}})"},
      {"hunyuan_t2v_540p@1",
       R"({"width": 960, "height": 544, "num_frames": 129, "fps": 24,
           "sampling": {"steps": 50, "flow_shift": 7, "embedded_guidance_scale": 6}})"},
      // FastHunyuan, distilled to six steps.
      {"fast_hunyuan_720p@1",
       R"({"width": 1280, "height": 720, "num_frames": 125, "fps": 24,
           "sampling": {"steps": 6, "flow_shift": 17, "embedded_guidance_scale": 6}})"},
  };
  return table;
}

nlohmann::json preset_values(const std::string& name, const std::string& file) {
  std::vector<std::string> names;
  std::string list;
  for (const Preset& preset : presets()) {
    if (name == preset.name) return nlohmann::json::parse(preset.values);
    names.emplace_back(preset.name);
    list += (list.empty() ? "" : ", ") + names.back();
  }
  throw DataError(file + ": /model/preset is " + quote(name, 60) + ", expected one of " + list +
                  suggestion(name, names));
}

}  // namespace flowreel
