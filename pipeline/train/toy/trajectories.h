// The ways that points take from noise to data, and how straight they are.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "pipeline/flow/path.h"

namespace flowreel {

// The states of Euler's method at every time of the grid: x [B,d] → [times, B, d].
at::Tensor trace(const Velocity& velocity, const at::Tensor& x, const std::vector<double>& times);

// The same trajectories as a variance-preserving diffusion model sees them: each state divided by
// sqrt(t^2 + (1 - t)^2).
at::Tensor variance_preserving(const at::Tensor& states, const std::vector<double>& times);

// The mean length of the trajectories over the mean distance of their ends, less 1: 0 is straight.
double excess_length(const at::Tensor& states);

// Integral over t of E |v(x_t, t) - (x_1 - x_0)|^2 with x_0 and x_1 the trajectory's own ends (Liu
// et al., arXiv 2209.03003, section 3, the straightness S): 0 is straight at constant speed.
double straightness(const at::Tensor& states, const std::vector<double>& times);

}  // namespace flowreel
