// How far two clouds of points are apart.
#pragma once

#include <ATen/core/Tensor.h>

namespace flowreel {

// The sliced Wasserstein distance of order 2 between point clouds x and y, both [n,d] (Bonneel et
// al., "Sliced and Radon Wasserstein barycenters of measures", 2015): the root of the mean, over
// `projections` fixed directions, of the squared W_2 between the projected clouds, which is exact
// in one dimension, where sorted points are matched. In the units of the points, 0 when they
// coincide. Directions are even over the half circle for d = 2, else normalised Philox normals.
// Computed in float64. Throws UsageError when the shapes differ or are not [n,d] with n, d >= 1.
double sliced_wasserstein(const at::Tensor& x, const at::Tensor& y, int64_t projections = 128);

}  // namespace flowreel
