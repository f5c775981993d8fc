// The shapes data set as clips by number.
#pragma once

#include "pipeline/train/clip_set.h"
#include "pipeline/train/data_options.h"

namespace flowreel {

// Endless; clips are drawn on `device`.
ClipSets shapes_clips(const DataOptions& data, at::Device device);

}  // namespace flowreel
