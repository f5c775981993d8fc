#include "pipeline/train/parameters.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "errors/error.h"

namespace flowreel {

void append_trainable(NamedParameters& list, Module& module, const std::string& prefix,
                      const ParameterFilter& filter) {
  module.visit([&](const std::string& name, Parameter& parameter) {
    if (filter && !filter(name)) return;
    if (!parameter.value.defined() || parameter.value.scalar_type() != at::kFloat) {
      throw DataError(prefix + name + ": has no value in float32, expected one before training");
    }
    parameter.value = parameter.value.detach().contiguous().requires_grad_(true);
    list.push_back({prefix + name, &parameter});
  });
}

std::vector<Parameter*> without_names(const NamedParameters& list) {
  std::vector<Parameter*> parameters;
  for (const NamedParameter& named : list) parameters.push_back(named.parameter);
  return parameters;
}

std::map<std::string, at::Tensor> values_of(const NamedParameters& list) {
  std::map<std::string, at::Tensor> values;
  for (const auto& [name, parameter] : list) values[name] = parameter->value.detach();
  return values;
}

double clip_gradients(const NamedParameters& list, double max_norm) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  for (const auto& [name, parameter] : list) {
    if (parameter->value.grad().defined()) gradients.push_back(parameter->value.grad());
  }
  if (gradients.empty()) return 0;
  const double norm = at::stack(at::_foreach_norm(gradients, 2)).norm().item<double>();
  if (max_norm > 0 && norm > max_norm) at::_foreach_mul_(gradients, max_norm / norm);
  return norm;
}

}  // namespace flowreel
