#include "models/dit/blocks.h"

#include <ATen/ATen.h>

#include "models/layers/attention.h"

namespace flowreel {

DoubleBlock::DoubleBlock(const BlockShape& s)
    : shape_(s),
      video_modulation_(s.width(), 6 * s.width()),
      text_modulation_(s.width(), 6 * s.width()),
      to_q_(s.width(), s.width()),
      to_k_(s.width(), s.width()),
      to_v_(s.width(), s.width()),
      add_q_(s.width(), s.width()),
      add_k_(s.width(), s.width()),
      add_v_(s.width(), s.width()),
      to_out_(s.width(), s.width()),
      to_add_out_(s.width(), s.width()),
      norm_q_(s.head_dim, kDitEps),
      norm_k_(s.head_dim, kDitEps),
      norm_added_q_(s.head_dim, kDitEps),
      norm_added_k_(s.head_dim, kDitEps),
      ff_(s.width(), s.mlp_dim, Activation::kGeluTanh),
      ff_context_(s.width(), s.mlp_dim, Activation::kGeluTanh) {
  add("norm1.linear", video_modulation_);
  add("norm1_context.linear", text_modulation_);
  add("attn.norm_q", norm_q_);
  add("attn.norm_k", norm_k_);
  add("attn.to_q", to_q_);
  add("attn.to_k", to_k_);
  add("attn.to_v", to_v_);
  add("attn.add_q_proj", add_q_);
  add("attn.add_k_proj", add_k_);
  add("attn.add_v_proj", add_v_);
  add("attn.to_out.0", to_out_);
  add("attn.to_add_out", to_add_out_);
  add("attn.norm_added_q", norm_added_q_);
  add("attn.norm_added_k", norm_added_k_);
  add("ff", ff_);
  add("ff_context", ff_context_);
}

at::Tensor DoubleBlock::joint_attention(const at::Tensor& video, const at::Tensor& text,
                                        const BlockContext& context) const {
  const auto by_head = [this](const at::Tensor& x) { return x.unflatten(2, {shape_.heads, -1}); };
  const at::Tensor q = norm_and_rotate(by_head(joint_linear(to_q_, video, add_q_, text)), norm_q_,
                                       norm_added_q_, context.rope);
  const at::Tensor k = norm_and_rotate(by_head(joint_linear(to_k_, video, add_k_, text)), norm_k_,
                                       norm_added_k_, context.rope);
  return attention(q, k, by_head(joint_linear(to_v_, video, add_v_, text)), /*causal=*/false,
                   context.key_mask);
}

Streams DoubleBlock::operator()(Streams x, const BlockContext& context) const {
  // Chunks of each modulation: shift, scale, gate of the attention, then of the feed-forward.
  const auto mv = video_modulation_(context.silu_temb).chunk(6, 1);
  const auto mt = text_modulation_(context.silu_temb).chunk(6, 1);
  const int64_t n = x.video.size(1), l = x.text.size(1);

  const at::Tensor attended =
      joint_attention(modulated_layer_norm(x.video, mv[1], mv[0], kDitEps),
                      modulated_layer_norm(x.text, mt[1], mt[0], kDitEps), context);
  x.video = add_gated(x.video, to_out_(attended.narrow(1, 0, n)), mv[2]);
  x.text = add_gated(x.text, to_add_out_(attended.narrow(1, n, l)), mt[2]);

  x.video = add_gated(x.video, ff_(modulated_layer_norm(x.video, mv[4], mv[3], kDitEps)), mv[5]);
  x.text =
      add_gated(x.text, ff_context_(modulated_layer_norm(x.text, mt[4], mt[3], kDitEps)), mt[5]);
  return x;
}

SingleBlock::SingleBlock(const BlockShape& s)
    : shape_(s),
      modulation_(s.width(), 3 * s.width()),
      to_q_(s.width(), s.width()),
      to_k_(s.width(), s.width()),
      to_v_(s.width(), s.width()),
      proj_mlp_(s.width(), s.mlp_dim),
      proj_out_(s.width() + s.mlp_dim, s.width()),
      norm_q_(s.head_dim, kDitEps),
      norm_k_(s.head_dim, kDitEps) {
  add("attn.norm_q", norm_q_);
  add("attn.norm_k", norm_k_);
  add("attn.to_q", to_q_);
  add("attn.to_k", to_k_);
  add("attn.to_v", to_v_);
  add("norm.linear", modulation_);
  add("proj_mlp", proj_mlp_);
  add("proj_out", proj_out_);
}

at::Tensor SingleBlock::operator()(at::Tensor x, const BlockContext& context) const {
  const auto modulation = modulation_(context.silu_temb).chunk(3, 1);  // shift, scale, gate
  const at::Tensor n = modulated_layer_norm(x, modulation[1], modulation[0], kDitEps);
  const auto by_head = [this](const at::Tensor& y) { return y.unflatten(2, {shape_.heads, -1}); };
  const at::Tensor q = norm_and_rotate(by_head(to_q_(n)), norm_q_, norm_q_, context.rope);
  const at::Tensor k = norm_and_rotate(by_head(to_k_(n)), norm_k_, norm_k_, context.rope);
  const at::Tensor attended =
      attention(q, k, by_head(to_v_(n)), /*causal=*/false, context.key_mask);
  const at::Tensor mlp = activate(Activation::kGeluTanh, proj_mlp_(n));
  return add_gated(std::move(x), proj_out_.of_pieces(attended, mlp), modulation[2]);
}

}  // namespace flowreel
