// What is in a model directory, a weights file or a clip, from headers alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pipeline/generate/size.h"

namespace flowreel {

struct WeightsSummary {
  int64_t tensors = 0;
  int64_t parameters = 0;  // scalars in all tensors
  uint64_t bytes = 0;
  std::map<std::string, int64_t> dtypes;  // type → tensors
};

struct ComponentSummary {
  std::string name, class_name;
  bool present = false;
  bool has_weights = false;  // tokenizers and schedulers have none
  std::string problem;       // why it would not load; empty when it would
  WeightsSummary weights;
};

struct ModelSummary {
  std::string path, pipeline_class;
  std::vector<ComponentSummary> components;
  ClipSize size;                    // the estimates below are for this size
  uint64_t sample_bytes = 0;        // activations of one transformer evaluation; 0: unknown
  uint64_t decode_bytes = 0;        // activations of a decode, default path
  uint64_t decode_tiled_bytes = 0;  // the same with spatial tiles
};

// Counts from the headers, checks names, shapes and types against each config.json, and estimates
// memory in float32 on the CPU. An absent or unfit component is reported, not thrown.
ModelSummary inspect_model(const std::string& path, const ClipSize& size);

WeightsSummary inspect_weights(const std::string& path);

// The manifest a clip made by flowreel carries; empty when it carries none.
std::string inspect_clip_manifest(const std::string& path);

}  // namespace flowreel
