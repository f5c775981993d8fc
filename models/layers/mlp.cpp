#include "models/layers/mlp.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "errors/error.h"
#include "models/layers/fused/fused.h"

namespace flowreel {

Activation activation_from_name(const std::string& name, const std::string& what) {
  if (name == "silu" || name == "swish") return Activation::kSilu;
  if (name == "gelu") return Activation::kGelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Activation::kGeluTanh;
  if (name == "quick_gelu") return Activation::kQuickGelu;
  throw DataError(what + " is \"" + name +
                  "\", expected silu, gelu, gelu_pytorch_tanh or quick_gelu");
}

at::Tensor activate(Activation f, at::Tensor x) {
  if (f == Activation::kGeluTanh && fused::takes(x)) return fused::gelu_tanh(x);
  const bool keep = at::GradMode::is_enabled();
  switch (f) {
    case Activation::kSilu:
      return keep ? at::silu(x) : at::silu_(x);
    case Activation::kGelu:
      return keep ? at::gelu(x) : at::gelu_(x);
    case Activation::kGeluTanh:
      return keep ? at::gelu(x, "tanh") : at::gelu_(x, "tanh");
    case Activation::kQuickGelu:
      return x * at::sigmoid(x * 1.702);
  }
  throw NumericsError("activation: not a member of its enumeration");
}

FeedForward::FeedForward(int64_t features, int64_t inner, Activation activation)
    : in_(features, inner), out_(inner, features), activation_(activation) {
  add("net.0.proj", in_);
  add("net.2", out_);
}

at::Tensor FeedForward::operator()(const at::Tensor& x) const {
  return out_(activate(activation_, in_(x)));
}

}  // namespace flowreel
