// Scenes to clips, with tensor operations on any device.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "pipeline/train/shapes/scene.h"

namespace flowreel::shapes {

// [B,3,F,H,W] float32 in [-1,1] on `device`, RGB: the clips of B scenes at F = frames, H = height,
// W = width. Each shape covers a pixel by clamp(1/2 - d, 0, 1), d the signed distance of the
// pixel's middle from the outline in pixels. A clip depends on its own scene alone, not on the
// batch or on the number of threads. Throws UsageError for no scenes, fewer than 1 frame or a side
// outside 8 to 16384, and for a scene without shapes.
at::Tensor render_scenes(const std::vector<Scene>& scenes, int64_t frames, int64_t height,
                         int64_t width, at::Device device = at::kCPU);

}  // namespace flowreel::shapes
