// Steps of a transformer block with their gradients, each in one pass over memory: what a training
// step on the CPU otherwise spends most of its time on. float32 or bfloat16 in, sums in float32.
// The results do not depend on the number of threads, but for attention's, where that is
// LibTorch's. Gradients are not functions of their own: there is no second derivative.
#pragma once

#include <ATen/core/Tensor.h>

namespace flowreel::fused {

// Whether the functions below take x: a contiguous float32 or bfloat16 tensor on the CPU, while a
// graph is recorded.
bool takes(const at::Tensor& x);

// LayerNorm(x)·(1 + scale) + shift: x [B,S,D], scale and shift [B,D]; the result has x's type, or
// that of autocast while it is on.
at::Tensor modulated_layer_norm(const at::Tensor& x, const at::Tensor& scale,
                                const at::Tensor& shift, double eps);

// x + y·gate: x, y [B,S,D], gate [B,D]; the result has x's type.
at::Tensor add_gated(const at::Tensor& x, const at::Tensor& y, const at::Tensor& gate);

// x·Phi(x) in its tanh form (torch.nn.GELU("tanh")); the result has x's type and shape.
at::Tensor gelu_tanh(const at::Tensor& x);

struct HeadNorm {
  at::Tensor video_weight, text_weight;  // [d] float32
  double video_eps = 0, text_eps = 0;
  at::Tensor cos, sin;  // [N, d/2] float32
};

// As norm_and_rotate of rope.h: x [B,S,H,d], the result has x's type.
at::Tensor norm_and_rotate(const at::Tensor& x, const HeadNorm& norm);

// Attention head by head through matrix products in bfloat16, which run on the machine's own units
// for it where it has them; LibTorch's gradient does not.
// softmax(q k^T / sqrt(d)) v: q [B,S,H,d], k and v [B,K,H,d], all bfloat16 on the CPU; returns
// [B,S,H·d] bfloat16. key_mask [B,K] bool as in attention.h. Sums are float32; scores and weights
// are rounded to bfloat16 between the products.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const at::Tensor& key_mask);

}  // namespace flowreel::fused
