// Windows of equal length cut from clips, one behind the other.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "pipeline/train/data_options.h"

namespace flowreel {

// Decodes a clip (a file, or a folder of images at 24 frames per second), resampled to the options'
// fps and brought to their size by resize_cover, and hands out its windows in order: frames k·F …
// k·F + F - 1, [F,H,W,3] uint8. `more` says whether to go on. Returns the number of frames seen;
// those behind the last whole window are left out. Errors as VideoReader.
int64_t read_windows(const std::string& path, const DataOptions& data,
                     const std::function<bool(const at::Tensor& window)>& more);

// 16 digits that tell pixels apart: what a clip is under another name is still the same.
std::string identity_of(const at::Tensor& window);

}  // namespace flowreel
