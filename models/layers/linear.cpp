#include "models/layers/linear.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace flowreel {

Linear::Linear(int64_t in_features, int64_t out_features, bool with_bias)
    : weight({out_features, in_features}),
      bias({with_bias ? out_features : 0}),
      with_bias_(with_bias) {
  add("weight", weight);
  if (with_bias) add("bias", bias);
}

at::Tensor Linear::operator()(const at::Tensor& x) const {
  return at::linear(x, weight.value, with_bias_ ? bias.value : at::Tensor());
}

void Linear::into(at::Tensor out, const at::Tensor& x) const {
  if (with_bias_) {
    at::addmm_out(out, bias.value, x, weight.value.t());
  } else {
    at::mm_out(out, x, weight.value.t());
  }
}

at::Tensor Linear::of_pieces(const at::Tensor& left, const at::Tensor& right) const {
  if (at::GradMode::is_enabled()) return (*this)(at::cat({left, right}, -1));
  const int64_t split = left.size(-1);
  const at::Tensor w = weight.value.t();
  at::Tensor out = at::addmm(bias.value, left.flatten(0, 1), w.narrow(0, 0, split));
  out.addmm_(right.flatten(0, 1), w.narrow(0, split, right.size(-1)));
  return out.view({left.size(0), left.size(1), -1});
}

at::Tensor joint_linear(const Linear& a, const at::Tensor& x_a, const Linear& b,
                        const at::Tensor& x_b) {
  if (at::GradMode::is_enabled()) return at::cat({a(x_a), b(x_b)}, 1);
  const int64_t batch = x_a.size(0), tokens_a = x_a.size(1), tokens_b = x_b.size(1);
  at::Tensor joint = at::empty({batch, tokens_a + tokens_b, a.weight.shape[0]}, x_a.options());
  for (int64_t i = 0; i < batch; ++i) {
    at::Tensor rows = joint.select(0, i);
    a.into(rows.narrow(0, 0, tokens_a), x_a.select(0, i));
    b.into(rows.narrow(0, tokens_a, tokens_b), x_b.select(0, i));
  }
  return joint;
}

}  // namespace flowreel
