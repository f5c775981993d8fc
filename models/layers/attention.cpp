#include "models/layers/attention.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include <optional>

#include "models/layers/fused/fused.h"

namespace flowreel {
namespace {

// Tokens from which on products of whole heads are worth their start.
constexpr int64_t kLong = 256;

bool is_bfloat16(const at::Tensor& x) { return x.scalar_type() == at::kBFloat16; }

// A training step in bfloat16 on the CPU.
bool trains_in_bfloat16(const at::Tensor& q) {
  return q.is_cpu() && at::GradMode::is_enabled() && at::autocast::is_autocast_enabled(at::kCPU);
}

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                     const at::Tensor& key_mask) {
  if (trains_in_bfloat16(q)) {
    const bool plain =
        !causal && is_bfloat16(q) && is_bfloat16(k) && is_bfloat16(v) && q.size(2) == k.size(2);
    if (plain && q.size(1) >= kLong) return fused::attention(q, k, v, key_mask);
    const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::DispatchKey::AutocastCPU);
    return attention(q.to(at::kFloat), k.to(at::kFloat), v.to(at::kFloat), causal, key_mask);
  }
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
