#include "pipeline/train/muon.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "errors/error.h"

namespace flowreel {
namespace {

// Numbers of matrices of one shape that are brought near orthogonal together: many small products
// cost more than one of many, and large ones would take much memory.
constexpr size_t kTogether = size_t{1} << 24;

}  // namespace

at::Tensor near_orthogonal(const at::Tensor& matrices) {
  const bool tall = matrices.size(-2) > matrices.size(-1);
  // The smaller side first: the products are cheaper.
  at::Tensor x = tall ? matrices.transpose(-2, -1) : matrices;
  x = x / (at::linalg_vector_norm(x, 2, {{-2, -1}}, /*keepdim=*/true) + 1e-7);
  for (int i = 0; i < 5; ++i) {
    const at::Tensor square = at::bmm(x, x.transpose(1, 2));
    const at::Tensor factor = at::baddbmm(square, square, square, -4.7750, 2.0315);
    x = at::baddbmm(x, factor, x, 3.4445, 1);
  }
  return tall ? x.transpose(-2, -1) : x;
}

Muon::Muon(NamedParameters parameters, const MuonOptions& options)
    : parameters_(std::move(parameters)), options_(options) {
  if (!(options.momentum >= 0 && options.momentum < 1))
    throw UsageError(c10::str("Muon's momentum is ", options.momentum, ", expected 0 to below 1"));
  if (!(options.weight_decay >= 0))
    throw UsageError(
        c10::str("Muon's weight_decay is ", options.weight_decay, ", expected 0 or more"));
  for (const auto& [name, parameter] : parameters_) {
    const at::Tensor& value = parameter->value;
    if (!value.defined() || value.scalar_type() != at::kFloat || value.dim() != 2)
      throw DataError(name + ": is not a matrix in float32, expected one for Muon");
    momenta_.push_back(at::zeros_like(value.detach()));
  }
}

void Muon::step(double lr) {
  const at::NoGradGuard no_grad;
  std::map<std::pair<int64_t, int64_t>, std::vector<size_t>> by_shape;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& value = parameters_[i].parameter->value;
    if (value.grad().defined()) by_shape[{value.size(0), value.size(1)}].push_back(i);
  }
  for (const auto& [shape, members] : by_shape) {
    const auto group =
        std::max<size_t>(1, kTogether / static_cast<size_t>(shape.first * shape.second));
    for (size_t begin = 0; begin < members.size(); begin += group)
      update({members.begin() + begin, members.begin() + std::min(members.size(), begin + group)},
             lr);
  }
}

void Muon::update(const std::vector<size_t>& members, double lr) {
  std::vector<at::Tensor> ahead;
  for (size_t i : members) {
    const at::Tensor& gradient = parameters_[i].parameter->value.grad();
    momenta_[i].lerp_(gradient, 1 - options_.momentum);
    ahead.push_back(at::lerp(gradient, momenta_[i], options_.momentum));
  }
  const at::Tensor steps = near_orthogonal(at::stack(ahead));
  const auto longest = static_cast<double>(std::max(steps.size(1), steps.size(2)));
  for (size_t k = 0; k < members.size(); ++k) {
    at::Tensor value = parameters_[members[k]].parameter->value;
    if (options_.weight_decay > 0) value.mul_(1 - lr * options_.weight_decay);
    value.add_(steps[static_cast<int64_t>(k)], -lr * 0.2 * std::sqrt(longest));
  }
}

bool is_hidden_matrix(const NamedParameter& parameter) {
  const auto in = [&](const char* part) { return parameter.name.find(part) != std::string::npos; };
  return parameter.parameter->value.dim() == 2 && (in("blocks.") || in("layers."));
}

}  // namespace flowreel
