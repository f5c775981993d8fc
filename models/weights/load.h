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
};

// How a module's parameter names become keys of the checkpoint.
struct KeyRules {
  std::string prefix;                                  // key = prefix + parameter name
  std::function<bool(const std::string& key)> ignore;  // keys that are there but not wanted; none when empty
};

// Compares names, shapes and types from the headers alone. One DataError names the first few missing, unexpected,
// wrongly shaped or wrongly typed tensors of each kind (with what was found and expected) and counts the rest.
void check_weights(Module& module, const Weights& weights, const KeyRules& rules = {});

// check_weights, then reads every tensor once, converts it and moves it to the device.
void load_into(Module& module, const Weights& weights, const KeyRules& rules, const LoadOptions& options);

}  // namespace flowreel
