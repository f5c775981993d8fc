#include <ATen/Functions.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "errors/error.h"
#include "pipeline/flow/integrate.h"

namespace flowreel {
namespace {

constexpr int kStages = 7;
constexpr int kOrder = 5;
constexpr double kSmallestStep = 1e-10;
constexpr double kSafety = 0.9, kMostGrowth = 10, kMostShrinking = 0.2;

constexpr std::array<double, kStages> kNodes = {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};
// Row i: what stage i takes of the stages before it. The last row is the solution of order 5.
constexpr std::array<std::array<double, kStages - 1>, kStages> kCoefficients = {{
    {},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
}};
// The solution of order 5 less that of order 4.
constexpr std::array<double, kStages> kError = {
    71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40};

using Stages = std::array<at::Tensor, kStages>;

// The root mean square of e / (tolerance (1 + |scale|)).
double weighted_norm(const at::Tensor& e, const at::Tensor& scale, double tolerance) {
  const at::Tensor share = at::div(e, at::mul(at::add(scale, 1.0), tolerance));
  return std::sqrt(at::mean(at::square(share.to(at::kDouble))).item<double>());
}

// Hairer, Norsett & Wanner, II.4, "Starting Step Size".
double first_step(const Velocity& velocity, const at::Tensor& x, const at::Tensor& v, double t,
                  double span, double tolerance) {
  const at::Tensor size = at::abs(x);
  const double d_0 = weighted_norm(x, size, tolerance), d_1 = weighted_norm(v, size, tolerance);
  const double most = std::abs(span), sign = span < 0 ? -1 : 1;
  const double h_0 = std::min(most, d_0 < 1e-5 || d_1 < 1e-5 ? 1e-6 : 0.01 * d_0 / d_1);
  const at::Tensor v_1 = evaluate(velocity, advance(x, v, sign * h_0), t + sign * h_0);
  const double d_2 = weighted_norm(at::sub(v_1, v), size, tolerance) / h_0;
  const double d = std::max(d_1, d_2);
  const double h_1 = d <= 1e-15 ? std::max(1e-6, h_0 * 1e-3) : std::pow(0.01 / d, 1.0 / kOrder);
  return std::min({100 * h_0, h_1, most});
}

// Every stage but the first, which is known. Returns the state after h.
at::Tensor stages_of(const Velocity& velocity, const at::Tensor& x, double t, double h,
                     Stages& stages) {
  at::Tensor y;
  for (size_t i = 1; i < kStages; ++i) {
    y = x;
    for (size_t j = 0; j < i; ++j) {
      if (kCoefficients[i][j] != 0) y = advance(y, stages[j], h * kCoefficients[i][j]);
    }
    stages[i] = evaluate(velocity, y, t + kNodes[i] * h);
  }
  return y;
}

double error_ratio(const Stages& stages, const at::Tensor& x, const at::Tensor& next, double h,
                   double tolerance) {
  at::Tensor error = scaled(stages[0], h * kError[0]);
  for (size_t i = 2; i < kStages; ++i) error = advance(error, stages[i], h * kError[i]);
  return weighted_norm(error, at::maximum(at::abs(x), at::abs(next)), tolerance);
}

double next_size(double size, double ratio) {
  if (!std::isfinite(ratio)) return size * kMostShrinking;
  const double factor = ratio == 0 ? kMostGrowth : kSafety * std::pow(ratio, -1.0 / kOrder);
  return size * std::clamp(factor, ratio <= 1 ? 1.0 : kMostShrinking, kMostGrowth);
}

// From t to t + span; `size` is the step to try first, and at the end the next one's.
at::Tensor cross(const Velocity& velocity, at::Tensor x, double t, double span, double tolerance,
                 double& size) {
  const double end = t + span, sign = span < 0 ? -1 : 1;
  Stages stages;
  stages[0] = evaluate(velocity, x, t);
  if (size == 0) size = first_step(velocity, x, stages[0], t, span, tolerance);
  for (;;) {
    const double left = std::abs(end - t);
    const bool is_last = size >= left * (1 - 1e-9);
    const double h = is_last ? end - t : sign * size;
    const at::Tensor next = stages_of(velocity, x, t, h, stages);
    const double ratio = error_ratio(stages, x, next, h, tolerance);
    if (ratio <= 1) {
      // A step that the end cut short says little of how long the next may be.
      size = is_last ? std::max(size, next_size(left, ratio)) : next_size(size, ratio);
      if (is_last) return next;
      x = next;
      t += h;
      stages[0] = stages[kStages - 1];
      continue;
    }
    size = next_size(std::abs(h), ratio);
    if (size < kSmallestStep) {
      throw NumericsError(c10::str("dopri5: at t = ", t, " the error stays above the tolerance ",
                                   tolerance, " even with steps of ", size));
    }
  }
}

}  // namespace

at::Tensor dopri5(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                  const SolveOptions& options) {
  if (!(options.tolerance > 0))
    throw UsageError(c10::str("tolerance is ", options.tolerance, ", expected more than 0"));
  SolverMemory own;
  SolverMemory& memory = memory_of(options, own);
  return integrate(std::move(x), times, options,
                   [&](int, const at::Tensor& x_n, double t, double h) {
                     return cross(velocity, x_n, t, h, options.tolerance, memory.step);
                   });
}

}  // namespace flowreel
