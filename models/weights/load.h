// Fills a module's parameters from weights, or says precisely why it cannot.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>

#include "models/weights/module.h"
#include "models/weights/weights.h"

namespace flowreel {

struct LoadOptions {
  at::ScalarType dtype = at::kFloat;  // compute type: every floating parameter is converted to it
  at::Device device = at::kCPU;
  std::function<void()> before_tensor = {};  // called before each is read; may throw to cancel
};

// How a module's parameter names become keys of the checkpoint.
struct KeyRules {
  std::string prefix;  // key = prefix + parameter name
  std::function<bool(const std::string& key)>
      ignore;  // keys that are there but not wanted; none when empty
  bool only_prefix =
      false;  // keys without the prefix are left alone: to load one block of a larger network
};

// Compares names, shapes and types from the headers alone. One DataError names the first few
// missing, unexpected, wrongly shaped or wrongly typed tensors of each kind (with what was found
// and expected) and counts the rest. Wrongly typed is what is not floating: parameters are made of
// F64, F32, F16, BF16 or F8 alone.
void check_weights(Module& module, const Weights& weights, const KeyRules& rules = {});

// check_weights, then reads every tensor once, converts it and moves it to the device, one after
// the other: at no time is more than one tensor held twice, and one that has the compute type
// already is not copied. MemoryError when it does not fit; parameters filled by then keep their
// values.
void load_into(Module& module, const Weights& weights, const KeyRules& rules,
               const LoadOptions& options);

}  // namespace flowreel
