#include "models/layers/norm.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "models/layers/fused/fused.h"

namespace flowreel {

LayerNorm::LayerNorm(int64_t features, double eps)
    : weight({features}), bias({features}), eps_(eps) {
  add("weight", weight);
  add("bias", bias);
}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, {x.size(-1)}, weight.value, bias.value, eps_);
}

GroupNorm::GroupNorm(int64_t groups, int64_t channels, double eps)
    : weight({channels}), bias({channels}), groups_(groups), eps_(eps) {
  add("weight", weight);
  add("bias", bias);
}

at::Tensor GroupNorm::operator()(const at::Tensor& x) const {
  return at::group_norm(x, groups_, weight.value, bias.value, eps_);
}

RmsNorm::RmsNorm(int64_t features, double eps) : weight({features}), eps_(eps) {
  add("weight", weight);
}

at::Tensor RmsNorm::operator()(const at::Tensor& x) const {
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor scale = wide.square().mean(-1, /*keepdim=*/true).add(eps_).rsqrt();
  return (wide * scale).to(weight.value.scalar_type()) * weight.value;
}

at::Tensor modulated_layer_norm(const at::Tensor& x, const at::Tensor& scale,
                                const at::Tensor& shift, double eps) {
  if (fused::takes(x)) return fused::modulated_layer_norm(x, scale, shift, eps);
  const int64_t features = x.size(-1);
  // One sample: scale and shift are the affine part of the norm itself, one pass over memory
  // instead of three.
  if (x.size(0) == 1) {
    return at::layer_norm(x, {features}, scale.select(0, 0) + 1, shift.select(0, 0), eps);
  }
  const at::Tensor normed = at::layer_norm(x, {features}, {}, {}, eps);
  return normed * (scale.unsqueeze(1) + 1) + shift.unsqueeze(1);
}

at::Tensor add_gated(at::Tensor x, const at::Tensor& y, const at::Tensor& gate) {
  if (fused::takes(x)) return fused::add_gated(x, y, gate);
  if (at::GradMode::is_enabled()) return at::addcmul(x, y, gate.unsqueeze(1));
  return x.addcmul_(y, gate.unsqueeze(1));
}

}  // namespace flowreel
