#include "pipeline/train/toy/trajectories.h"

#include <ATen/ATen.h>

#include "pipeline/flow/solver.h"

namespace flowreel {
namespace {

// times as [n, 1, 1].
at::Tensor column(const std::vector<double>& times) {
  return at::tensor(times, at::kDouble).reshape({-1, 1, 1});
}

at::Tensor ends_apart(const at::Tensor& states) {
  return states.select(0, -1) - states.select(0, 0);
}

}  // namespace

at::Tensor trace(const Velocity& velocity, const at::Tensor& x, const std::vector<double>& times) {
  std::vector<at::Tensor> states = {x};
  const auto record = [&states](int, double, at::Tensor state) {
    states.push_back(state);
    return state;
  };
  euler(velocity, x, times, {.after_step = record});
  return at::stack(states, 0);
}

at::Tensor variance_preserving(const at::Tensor& states, const std::vector<double>& times) {
  const at::Tensor t = column(times);
  return states / at::sqrt(t * t + (1 - t) * (1 - t)).to(states.options());
}

double excess_length(const at::Tensor& states) {
  const at::Tensor x = states.to(at::kDouble);
  const at::Tensor length = at::diff(x, 1, 0).norm(2, -1).sum(0);
  return (length.mean() / ends_apart(x).norm(2, -1).mean() - 1).item<double>();
}

double straightness(const at::Tensor& states, const std::vector<double>& times) {
  const at::Tensor x = states.to(at::kDouble);
  const at::Tensor h = at::diff(column(times), 1, 0);
  const at::Tensor v = at::diff(x, 1, 0) / h;
  // Straight at constant speed over the whole grid, which need not begin at 0.
  const at::Tensor mean = ends_apart(x) / (times.back() - times.front());
  const at::Tensor squared = (v - mean).square().sum(-1).mean(-1);
  return (squared * h.reshape({-1})).sum().item<double>();
}

}  // namespace flowreel
