#include "models/layers/attention.h"

#include <ATen/ATen.h>

namespace flowreel {

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                     const at::Tensor& key_mask) {
  const int64_t repeats = q.size(2) / k.size(2);
  const auto by_head = [](const at::Tensor& x, int64_t n) {
    return (n == 1 ? x : x.repeat_interleave(n, 2)).transpose(1, 2);
  };
  std::optional<at::Tensor> mask;
  if (key_mask.defined()) mask = key_mask.unsqueeze(1).unsqueeze(1);
  const at::Tensor out = at::scaled_dot_product_attention(
      by_head(q, 1), by_head(k, repeats), by_head(v, repeats), mask, /*dropout_p=*/0.0, causal);
  return out.transpose(1, 2).flatten(2);
}

}  // namespace flowreel
