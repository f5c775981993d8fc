// A parameter outside of any network, for the tests of optimizers.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/weights/module.h"

namespace flowreel {

inline Parameter one_parameter(const at::Tensor& value) {
  Parameter p(value.sizes().vec());
  p.value = value.clone().requires_grad_(true);
  return p;
}

}  // namespace flowreel
