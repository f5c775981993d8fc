// Which clips a run trains on: everything that the "data" of a configuration can say.
#pragma once

#include <cstdint>
#include <string>

#include "pipeline/train/shapes/drawing.h"

namespace flowreel {

enum class DataKind {
  kShapes,  // the endless procedural data set
  kFolder,  // a folder of clips with captions
};

// Clip n of training is scene (seed, n), of validation scene (seed + 1, n).
struct ShapesData {
  shapes::ShapesOptions grammar;
  uint64_t seed = 0;
};

struct FolderData {
  std::string path;               // holds captions.jsonl and the clips it names
  double fps = 0;                 // clips are resampled to; 0: every frame as it comes
  double validation_share = 0.1;  // of the clips, 0 to 0.9; at least one clip is on either side
  double memory_gib = 2;  // of frames held as uint8; what is beyond is decoded when asked for
};

struct DataOptions {
  DataKind kind = DataKind::kShapes;
  int64_t frames = 33, height = 128, width = 128;  // of every clip
  ShapesData shapes;
  FolderData folder;
};

}  // namespace flowreel
