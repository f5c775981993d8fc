// Normalisations. Statistics are taken in float32 whatever the compute type.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/weights/module.h"

namespace flowreel {

// torch.nn.LayerNorm over the last dimension, with weight and bias.
class LayerNorm : public Module {
 public:
  LayerNorm(int64_t features, double eps);
  at::Tensor operator()(const at::Tensor& x) const;
  Parameter weight, bias;

 private:
  double eps_;
};

// torch.nn.GroupNorm over [B, C, ...], with weight and bias.
class GroupNorm : public Module {
 public:
  GroupNorm(int64_t groups, int64_t channels, double eps);
  at::Tensor operator()(const at::Tensor& x) const;
  Parameter weight, bias;

 private:
  int64_t groups_;
  double eps_;
};

// y = x / sqrt(mean(x²) + eps) · weight over the last dimension; x is rounded to the weight's type
// before the product, as diffusers' RMSNorm and transformers' LlamaRMSNorm do.
class RmsNorm : public Module {
 public:
  RmsNorm(int64_t features, double eps);
  at::Tensor operator()(const at::Tensor& x) const;
  double eps() const { return eps_; }
  Parameter weight;

 private:
  double eps_;
};

// LayerNorm(x)·(1 + scale) + shift, the norm itself without parameters. x [B,S,D]; scale and shift
// [B,D].
at::Tensor modulated_layer_norm(const at::Tensor& x, const at::Tensor& scale,
                                const at::Tensor& shift, double eps);

// x + y·gate, gate [B,D] the same for every token. Reuses x's memory where no graph is recorded.
at::Tensor add_gated(at::Tensor x, const at::Tensor& y, const at::Tensor& gate);

}  // namespace flowreel
