#include "pipeline/train/ema.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <utility>

namespace flowreel {

Ema::Ema(const NamedParameters& parameters, double decay) : parameters_(parameters), decay_(decay) {
  for (const auto& [name, parameter] : parameters_)
    averages_.push_back(parameter->value.detach().clone());
}

void Ema::update(int64_t step) {
  const at::NoGradGuard no_grad;
  const double warm = static_cast<double>(1 + step) / static_cast<double>(10 + step);
  std::vector<at::Tensor> values;
  for (const auto& [name, parameter] : parameters_) values.push_back(parameter->value.detach());
  at::_foreach_lerp_(averages_, values, 1 - std::min(decay_, decay_ > 0 ? warm : 0));
}

std::map<std::string, at::Tensor> Ema::values() const {
  std::map<std::string, at::Tensor> values;
  for (size_t i = 0; i < averages_.size(); ++i) values[parameters_[i].name] = averages_[i];
  return values;
}

void Ema::exchange() {
  for (size_t i = 0; i < averages_.size(); ++i)
    std::swap(parameters_[i].parameter->value, averages_[i]);
}

}  // namespace flowreel
