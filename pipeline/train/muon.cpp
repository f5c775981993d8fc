#include "pipeline/train/muon.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "errors/error.h"

namespace flowreel {

at::Tensor near_orthogonal(const at::Tensor& matrix) {
  const bool tall = matrix.size(0) > matrix.size(1);
  at::Tensor x = tall ? matrix.t() : matrix;  // the smaller side first: the products are cheaper
  x = x / (x.norm() + 1e-7);
  for (int i = 0; i < 5; ++i) {
    const at::Tensor square = at::mm(x, x.t());
    const at::Tensor factor = at::addmm(square, square, square, -4.7750, 2.0315);
    x = at::addmm(x, factor, x, 3.4445, 1);
  }
  return tall ? x.t() : x;
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
  for (size_t i = 0; i < parameters_.size(); ++i) {
    at::Tensor value = parameters_[i].parameter->value;
    const at::Tensor& gradient = value.grad();
    if (!gradient.defined()) continue;
    momenta_[i].lerp_(gradient, 1 - options_.momentum);
    const at::Tensor ahead = at::lerp(gradient, momenta_[i], options_.momentum);
    const auto longest = static_cast<double>(std::max(value.size(0), value.size(1)));
    if (options_.weight_decay > 0) value.mul_(1 - lr * options_.weight_decay);
    value.add_(near_orthogonal(ahead), -lr * 0.2 * std::sqrt(longest));
  }
}

bool is_hidden_matrix(const NamedParameter& parameter) {
  const auto in = [&](const char* part) { return parameter.name.find(part) != std::string::npos; };
  return parameter.parameter->value.dim() == 2 && (in("blocks.") || in("layers."));
}

}  // namespace flowreel
