// The parameters that a training run changes, as one flat list over several modules.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/weights/module.h"

namespace flowreel {

struct NamedParameter {
  std::string name;  // "transformer.proj_out.weight"
  Parameter* parameter;
};
using NamedParameters = std::vector<NamedParameter>;

// Which parameters of a module to train, by their names in it; empty: all.
using ParameterFilter = std::function<bool(const std::string& name)>;

// Appends every parameter of `module` that the filter takes, its name behind `prefix`, makes it a
// leaf that requires a gradient, and checks that it has a value in float32. DataError otherwise.
void append_trainable(NamedParameters& list, Module& module, const std::string& prefix,
                      const ParameterFilter& filter = {});

// The parameters alone, in the same order.
std::vector<Parameter*> without_names(const NamedParameters& list);

// Values by name, the tensors themselves.
std::map<std::string, at::Tensor> values_of(const NamedParameters& list);

// Scales all gradients so that their joint L2 norm is at most max_norm (0: leaves them alone).
// Returns the norm before that.
double clip_gradients(const NamedParameters& list, double max_norm);

}  // namespace flowreel
