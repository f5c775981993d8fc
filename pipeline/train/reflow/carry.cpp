#include "pipeline/train/reflow/carry.h"

#include <ATen/ATen.h>

#include "errors/error.h"
#include "pipeline/flow/solver.h"

namespace flowreel {
namespace {

at::Tensor squared_distance(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).flatten(1).to(at::kDouble).square().sum(1).cpu();
}

const Solver& deterministic(const std::string& name) {
  const Solver& solver = find_solver(name);
  if (solver.order != kStochastic) return solver;
  throw UsageError("solver is \"" + name +
                   "\", which adds noise; expected one that carries the same noise to the same "
                   "data");
}

}  // namespace

Carried carry(const Velocity& velocity, const at::Tensor& x_0, const CarryOptions& options) {
  const Solver& solver = deterministic(options.solver);
  if (options.times.empty()) throw UsageError("times is empty, expected at least one time");
  at::Tensor before = x_0;
  double t_before = options.times.front();
  at::Tensor action = at::zeros({x_0.size(0)}, at::kDouble);  // the integral of |v|^2
  SolveOptions solve;
  solve.after_step = [&](int, double t, at::Tensor x) {
    if (options.check_stop) options.check_stop();
    action += squared_distance(x, before) / (t - t_before);
    before = x;
    t_before = t;
    return x;
  };
  Carried carried;
  carried.x_1 = solver.solve(velocity, x_0, options.times, solve);
  carried.transport = squared_distance(carried.x_1, x_0);
  // x_1 - x_0 is the mean of v over t, so that the integral is a variance.
  const double span = options.times.back() - options.times.front();
  carried.straightness = span == 0 ? action : (action - carried.transport / span).clamp_min(0);
  if (!carried.transport.isfinite().all().item<bool>())
    throw NumericsError("what a velocity made of noise is not finite");
  return carried;
}

}  // namespace flowreel
