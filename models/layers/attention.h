// Scaled dot-product attention over heads that lie side by side.
#pragma once

#include <ATen/core/Tensor.h>

namespace flowreel {

// softmax(q k^T / sqrt(d)) v. q [B,S,H,d], k and v [B,K,G,d] with G dividing H (query head j reads
// head j·G/H); returns [B,S,H·d]. causal: token i attends to tokens 0..i. key_mask [B,K] bool: true
// for keys that may be seen, at least one per sample; not together with causal.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     bool causal = false, const at::Tensor& key_mask = {});

}  // namespace flowreel
