// The parameters that a training run changes, as one flat list over several modules.
#pragma once

#include <ATen/core/Tensor.h>

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

// Appends every parameter of `module`, its name behind `prefix`, makes it a leaf that requires a
// gradient, and checks that it has a value in float32. DataError otherwise.
void append_trainable(NamedParameters& list, Module& module, const std::string& prefix);

// The parameters alone, in the same order.
std::vector<Parameter*> without_names(const NamedParameters& list);

// Values by name, the tensors themselves.
std::map<std::string, at::Tensor> values_of(const NamedParameters& list);

// Scales all gradients so that their joint L2 norm is at most max_norm (0: leaves them alone).
// Returns the norm before that.
double clip_gradients(const NamedParameters& list, double max_norm);

}  // namespace flowreel
