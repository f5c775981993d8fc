// Distributions of points in the plane with mean 0 and variance 1 per coordinate, so that noise and
// data are of one scale.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "pipeline/train/draw.h"

namespace flowreel {

// [count, 2] float32 points, a function of the draw alone (Philox, Use::kData).
using PointSampler = at::Tensor (*)(int64_t count, const Draw& draw);

// Eight Gaussians of standard deviation 0.1, evenly on a circle of radius 1.407.
at::Tensor eight_gaussians(int64_t count, const Draw& draw);

// The squares of one colour of a 4x4 checkerboard over [-sqrt 3, sqrt 3]^2; (-sqrt 3, -sqrt 3) is
// in one of them.
at::Tensor checkerboard(int64_t count, const Draw& draw);

// Two interleaved half circles of radius 1 with Gaussian noise of standard deviation 0.05, then
// standardised per coordinate.
at::Tensor two_moons(int64_t count, const Draw& draw);

struct PointTarget {
  const char* name;
  PointSampler sample;
};

const std::vector<PointTarget>& point_targets();

}  // namespace flowreel
