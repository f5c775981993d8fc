// How much of each pixel a shape covers.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "pipeline/train/shapes/scene.h"

namespace flowreel::shapes {

// A shape in one frame, in pixels; the middle of the upper left pixel is (0.5, 0.5). Angle in
// turns, clockwise.
struct PixelPose {
  double x;
  double y;
  double radius;
  double angle;
};

// The pixels x to x + width - 1, y to y + height - 1.
struct Window {
  int64_t x;
  int64_t y;
  int64_t width;
  int64_t height;
};

// The smallest window that holds all pixels which the shape touches in any of the poses, cut to a
// frame of these sizes; empty where it touches none.
Window window_of(Kind kind, const std::vector<PixelPose>& poses, int64_t height, int64_t width);

// Signed distance in pixels from the outline, negative inside, at the middle of the window's
// pixels: [F,h,w] float32 on `device` for F poses. Exact at the edges; farther from a corner it is
// a lower bound, as is usual for intersections and unions.
at::Tensor signed_distance(Kind kind, const std::vector<PixelPose>& poses, const Window& window,
                           at::Device device);

}  // namespace flowreel::shapes
