// Many clips of one model: each network is loaded once.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/evaluate/evaluate.h"
#include "pipeline/generate/size.h"

namespace flowreel {

// Receives clip number `index`, [F,H,W,3] uint8 RGB on the CPU.
using FramesSink = std::function<void(int64_t index, const at::Tensor& frames)>;

// 128 x 128, 33 frames, 24 a second.
ClipSize evaluated_size();

// The clip of each prompt, in order: the same frames as generate() makes with these options and
// seed options.seed + index. Latents of all clips are held at once. Errors as generate().
void make_clips(const EvaluateOptions& options, const std::vector<std::string>& prompts,
                const Events& events, const FramesSink& sink);

}  // namespace flowreel
