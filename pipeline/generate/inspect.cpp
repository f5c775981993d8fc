#include "pipeline/generate/inspect.h"

#include "codecs/demux.h"
#include "errors/error.h"
#include "models/model_dir.h"
#include "models/weights/load.h"
#include "pipeline/generate/manifest.h"
#include "pipeline/generate/memory.h"

namespace flowreel {
namespace {

WeightsSummary summarize(const Weights& weights) {
  WeightsSummary summary;
  for (const std::string& name : weights.names()) {
    const TensorInfo& info = weights.info(name);
    int64_t count = 1;
    for (int64_t size : info.shape) count *= size;
    ++summary.tensors;
    summary.parameters += count;
    summary.bytes += info.bytes();
    ++summary.dtypes[c10::toString(info.dtype)];
  }
  return summary;
}

bool carries_weights(const std::string& component) {
  return component == "transformer" || component == "vae" || component == "text_encoder" ||
         component == "text_encoder_2";
}

ComponentSummary inspect_component(const ModelDirectory& model, const std::string& name,
                                   const std::string& class_name) {
  ComponentSummary summary;
  summary.name = name;
  summary.class_name = class_name;
  summary.present = model.has(name);
  summary.has_weights = carries_weights(name);
  if (!summary.present) {
    summary.problem = "not there";
    return summary;
  }
  if (!summary.has_weights) return summary;
  try {
    summary.weights = summarize(Weights::open(model.folder(name)));
    model.check(name);
  } catch (const Error& error) {
    summary.problem = error.what();
  }
  return summary;
}

// Leaves out what needs a component that is not there.
void estimate_memory(const ModelDirectory& model, ModelSummary& summary) {
  if (!model.has("vae")) return;
  constexpr uint64_t kFloatBytes = 4;
  const HunyuanVaeConfig vae = model.vae_config();
  VaeTiling tiling;
  summary.decode_bytes = decode_bytes(vae, summary.size, tiling, kFloatBytes);
  tiling.spatial = true;
  summary.decode_tiled_bytes = decode_bytes(vae, summary.size, tiling, kFloatBytes);
  if (model.has("transformer")) {
    summary.sample_bytes =
        transformer_bytes(*model.build_transformer(), vae, summary.size, kFloatBytes);
  }
}

}  // namespace

ModelSummary inspect_model(const std::string& path, const ClipSize& size) {
  const ModelDirectory model(path);
  ModelSummary summary;
  summary.path = model.path();
  summary.pipeline_class = model.pipeline_class();
  summary.size = size;
  for (const auto& [name, class_name] : model.components()) {
    summary.components.push_back(inspect_component(model, name, class_name));
  }
  try {
    estimate_memory(model, summary);
  } catch (const Error&) {
    // The component that cannot be read is named above; without it there is nothing to estimate.
  }
  return summary;
}

WeightsSummary inspect_weights(const std::string& path) { return summarize(Weights::open(path)); }

std::string inspect_clip_manifest(const std::string& path) {
  const auto tags = read_clip_metadata(path);
  const auto found = tags.find(kManifestTag);
  return found == tags.end() ? "" : found->second;
}

}  // namespace flowreel
