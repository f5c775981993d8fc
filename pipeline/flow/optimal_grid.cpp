#include "pipeline/flow/optimal_grid.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <string>

#include "errors/error.h"
#include "pipeline/flow/solver.h"

namespace flowreel {

FineSolution fine_solution(const Velocity& velocity, const at::Tensor& noise,
                           const std::vector<double>& times) {
  if (times.size() < 2)
    throw UsageError("a fine solution has " + std::to_string(times.size()) +
                     " times, expected at least 2");
  FineSolution solution{times, {noise}, {}};
  // The first evaluation of each step is the one at its beginning.
  const Velocity recorded = [&](const at::Tensor& x, double t) {
    at::Tensor v = velocity(x, t);
    if (solution.velocities.size() < solution.states.size()) solution.velocities.push_back(v);
    return v;
  };
  const auto keep = [&](int, double, at::Tensor x) {
    solution.states.push_back(x);
    return x;
  };
  midpoint(recorded, noise, times, {.after_step = keep});
  return solution;
}

at::Tensor step_errors(const FineSolution& solution) {
  const auto n = static_cast<int64_t>(solution.times.size()) - 1;
  at::Tensor errors = at::zeros({n + 1, n + 1}, at::kDouble);
  auto error = errors.accessor<double, 2>();
  for (int64_t i = 0; i < n; ++i) {
    const auto from = static_cast<size_t>(i);
    const at::Tensor x = solution.states[from].to(at::kDouble);
    const at::Tensor v = solution.velocities[from].to(at::kDouble);
    for (int64_t j = i + 1; j <= n; ++j) {
      const auto to = static_cast<size_t>(j);
      const double h = solution.times[to] - solution.times[from];
      error[i][j] = (x + h * v - solution.states[to]).square().mean().sqrt().item<double>();
    }
  }
  return errors;
}

std::vector<int64_t> cheapest_path(const at::Tensor& errors, int steps) {
  const int64_t n = errors.size(0) - 1;
  if (steps < 1 || steps > n)
    throw UsageError("a grid of " + std::to_string(steps) + " steps, expected 1 to the " +
                     std::to_string(n) + " of the fine solution");
  const at::Tensor wide = errors.to(at::kDouble).contiguous();
  const auto error = wide.accessor<double, 2>();
  constexpr double kNever = std::numeric_limits<double>::infinity();
  const auto size = static_cast<size_t>(n) + 1;
  // Of the cheapest way to j in so many steps: its cost, and where its last step begins.
  std::vector<double> cost(size, kNever);
  std::vector<std::vector<int64_t>> before;
  cost[0] = 0;
  for (int step = 0; step < steps; ++step) {
    std::vector<double> next(size, kNever);
    before.emplace_back(size, 0);
    for (int64_t j = 1; j <= n; ++j) {
      for (int64_t i = 0; i < j; ++i) {
        const double sum = cost[static_cast<size_t>(i)] + error[i][j];
        if (sum >= next[static_cast<size_t>(j)]) continue;
        next[static_cast<size_t>(j)] = sum;
        before.back()[static_cast<size_t>(j)] = i;
      }
    }
    cost = std::move(next);
  }
  std::vector<int64_t> path = {n};
  for (int step = steps - 1; step >= 0; --step)
    path.push_back(before[static_cast<size_t>(step)][static_cast<size_t>(path.back())]);
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace flowreel
