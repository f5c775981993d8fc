// Bringing a frame to a wanted size without distorting it.
#pragma once

#include <ATen/core/Tensor.h>

namespace flowreel {

// frame [H,W,3] uint8 → [height,width,3] uint8. Scaled by s = max(width/W, height/H) to round(s·W)
// × round(s·H), so that it covers the wanted size, then cut out of the middle (the odd pixel is
// taken from right and bottom). Shrinking averages areas (cv::INTER_AREA), enlarging is bicubic
// (cv::INTER_CUBIC). UsageError unless 1 <= width, height <= 16384.
at::Tensor resize_cover(const at::Tensor& frame, int width, int height);

}  // namespace flowreel
