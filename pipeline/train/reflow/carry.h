// Noise carried to data by a velocity, and how straight the ways were.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "pipeline/flow/path.h"

namespace flowreel {

struct CarryOptions {
  std::string solver = "euler";      // of the table in solver.h; one that follows an ODE
  std::vector<double> times;         // rising, from noise to data
  std::function<void()> check_stop;  // after every step; may throw to stop, and may be empty
};

// Liu et al., "Flow Straight and Fast", arXiv 2209.03003: (x_0, x_1) is the coupling of their
// algorithm 1. Both measures are sums over the elements of a sample, one number per sample: [B]
// float64 on the CPU.
struct Carried {
  at::Tensor x_1;  // like x_0
  // Their eq. 6, the integral over t of |(x_1 - x_0) - v|^2 along the sample's own way, with v as
  // the chord of each step: 0 is straight at constant speed.
  at::Tensor straightness;
  at::Tensor transport;  // |x_1 - x_0|^2, whose mean no rectification increases (theorem 3.5)
};

// x_0 [B,...] at times.front() → x_1 at times.back(). UsageError: no such solver, or one that adds
// noise, or a bad grid; NumericsError: x_1 is not finite.
Carried carry(const Velocity& velocity, const at::Tensor& x_0, const CarryOptions& options);

}  // namespace flowreel
