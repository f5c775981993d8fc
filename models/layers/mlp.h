// The feed-forward part of a transformer block, under diffusers' names (net.0.proj, net.2).
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "models/layers/linear.h"

namespace flowreel {

enum class Activation { kSilu, kGelu, kGeluTanh, kQuickGelu };

// The activation of a config.json ("silu", "gelu", "gelu_pytorch_tanh", "quick_gelu", …). DataError
// naming `what` for any other.
Activation activation_from_name(const std::string& name, const std::string& what);

// f(x), computed in place where no graph is recorded: x must not be needed afterwards.
at::Tensor activate(Activation f, at::Tensor x);

// Linear → activation → Linear. x [..., features] → [..., features].
class FeedForward : public Module {
 public:
  FeedForward(int64_t features, int64_t inner, Activation activation);
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  Linear in_, out_;
  Activation activation_;
};

}  // namespace flowreel
