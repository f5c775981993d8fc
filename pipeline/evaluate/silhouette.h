// Which of the grammar's forms a silhouette has, and how it is turned.
#pragma once

#include <array>
#include <opencv2/core.hpp>

#include "pipeline/train/shapes/scene.h"

namespace flowreel {

// Of one frame. Position and radius in pixels; the middle of the first pixel is at 0.5, 0.5. The
// radius is that of a disc of the same area.
struct Silhouette {
  double x = 0, y = 0, radius = 0;
  // For each kind, how well it fits: overlap over union of soft areas, at the best angle. 1 is
  // perfect, an angular form scores about 0.85 as another.
  std::array<double, shapes::kKinds> scores{};
  std::array<double, shapes::kKinds> angles{};  // turns, clockwise, in [0, symmetry)
  double other = 0;  // the best score of a form that is none of the grammar's
};

// Compares what is covered, [H,W] of 0 to 1, with all kinds at all angles, in polar coordinates
// around the centroid and in units of the radius, so that size and position do not matter; each
// kind also blurred, so that a small soft one is not taken for a circle. The area is not 0.
Silhouette measure_silhouette(const cv::Mat1f& covered);

}  // namespace flowreel
