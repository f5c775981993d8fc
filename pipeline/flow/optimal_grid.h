// A grid of times made for one velocity field: its few steps lie where long ones cost least.
// After Chen et al., "On the Trajectory Regularity of ODE-based Diffusion Sampling" (arXiv
// 2405.11326, section 4): what each possible step misses is read off a fine solution, without
// another evaluation, and dynamic programming puts the steps together.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "pipeline/flow/path.h"

namespace flowreel {

// States x(t_i) and velocities v(x(t_i), t_i) along one solution.
struct FineSolution {
  std::vector<double> times;
  std::vector<at::Tensor> states;      // one for each time
  std::vector<at::Tensor> velocities;  // one for each time but the last
};

// By midpoint, two evaluations a step. Errors as midpoint()'s; at least two times (UsageError).
FineSolution fine_solution(const Velocity& velocity, const at::Tensor& noise,
                           const std::vector<double>& times);

// [n+1,n+1] float64 for n+1 times: at (i, j), i < j, the root mean square of
// x(t_i) + (t_j - t_i) v_i - x(t_j), what one Euler step from t_i to t_j misses; elsewhere 0.
at::Tensor step_errors(const FineSolution& solution);

// From 0 to n in `steps` steps, steps + 1 rising indices, with the least sum of errors [n+1,n+1].
// That sum bounds the error at the end where the field does not draw solutions apart. UsageError
// unless 1 <= steps <= n.
std::vector<int64_t> cheapest_path(const at::Tensor& errors, int steps);

}  // namespace flowreel
