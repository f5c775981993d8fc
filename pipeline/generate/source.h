// What a run starts from: clips and images as tensors of the wanted size, latents from files.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "pipeline/generate/events.h"
#include "pipeline/generate/options.h"
#include "pipeline/generate/size.h"

namespace flowreel {

// The clip's own size and frame count, as the values that options leave out.
ClipSize input_size(const std::string& path, const SizeOptions& options, const Events& events);

// size.frames frames [T,H,W,3] uint8, resampled to size.fps where options ask for a rate and the
// input has one of its own (a folder of images has none: every image is a frame).
// DataError when the clip has fewer.
at::Tensor read_input_clip(const std::string& path, const SizeOptions& options,
                           const ClipSize& size);

// [1,H,W,3] uint8, scaled and cropped to size.
at::Tensor read_first_frame(const std::string& path, const ClipSize& size);

// The tensor `latents` of a safetensors file, as float32. DataError unless all values are finite
// and the shape is `shape`, where a negative size stands for any.
at::Tensor read_latents(const std::string& option, const std::string& path, at::IntArrayRef shape);

}  // namespace flowreel
