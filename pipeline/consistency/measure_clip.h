// From a clip's name to what was measured of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "codecs/clip.h"
#include "pipeline/consistency/features/feature_models.h"
#include "pipeline/consistency/result.h"

namespace flowreel {

struct MeasureOptions {
  std::vector<std::string> metrics;  // none means all
  // folder_fps is for folders of images without a manifest; with opencv_colours, VBench's numbers
  // are those that its own decoding gives. What would change the frames is not looked at.
  ReadOptions read;
  // For the metrics that need a network; null: those are measured only where they are named, and
  // then say what is missing. Shared by clips that are measured at once.
  std::shared_ptr<const FeatureModels> features;
  // Another clip, the truth or a baseline: the full-reference metrics are measured too, frame by
  // frame; empty: none.
  std::string reference;
  std::function<void(int64_t frames)> progress;  // after every frame; may be empty; may throw
};

// A clip file or a folder of images, by the frames' own tags; its joins from the manifest that
// flowreel wrote beside or into it, its coding from its packets. Errors as VideoReader;
// MissingInputError; DataError: frames whose size changes, a broken manifest, a reference of
// another size or length, a network that cannot answer.
ClipResult measure_clip(const std::string& path, const MeasureOptions& options);

}  // namespace flowreel
