#include "models/dit/refiner.h"

#include <ATen/ATen.h>

#include "models/layers/attention.h"

namespace flowreel {
namespace {

// x [B,L,D] → [B,D].
at::Tensor mean_of_valid(const at::Tensor& x, const at::Tensor& mask) {
  if (!mask.defined()) return x.mean(1);
  const at::Tensor weight = mask.to(x.scalar_type()).unsqueeze(2);
  return (x * weight).sum(1) / weight.sum(1);
}

}  // namespace

RefinerBlock::RefinerBlock(const BlockShape& s)
    : shape_(s),
      norm1_(s.width(), kDitEps),
      norm2_(s.width(), kDitEps),
      to_q_(s.width(), s.width()),
      to_k_(s.width(), s.width()),
      to_v_(s.width(), s.width()),
      to_out_(s.width(), s.width()),
      gates_(s.width(), 2 * s.width()),
      ff_(s.width(), s.mlp_dim, Activation::kSilu) {
  add("norm1", norm1_);
  add("attn.to_q", to_q_);
  add("attn.to_k", to_k_);
  add("attn.to_v", to_v_);
  add("attn.to_out.0", to_out_);
  add("norm2", norm2_);
  add("ff", ff_);
  add("norm_out.linear", gates_);
}

at::Tensor RefinerBlock::operator()(at::Tensor x, const at::Tensor& silu_temb,
                                    const at::Tensor& mask) const {
  const auto gates = gates_(silu_temb).chunk(2, 1);  // of the attention, of the feed-forward
  const at::Tensor n = norm1_(x);
  const auto by_head = [this](const at::Tensor& y) { return y.unflatten(2, {shape_.heads, -1}); };
  const at::Tensor attended =
      attention(by_head(to_q_(n)), by_head(to_k_(n)), by_head(to_v_(n)), /*causal=*/false, mask);
  x = add_gated(x, to_out_(attended), gates[0]);
  return add_gated(x, ff_(norm2_(x)), gates[1]);
}

TokenRefiner::TokenRefiner(int64_t text_dim, const BlockShape& shape, int64_t layers)
    : timestep_embedder_(kSinusoidChannels, shape.width()),
      text_embedder_(text_dim, shape.width()),
      proj_in_(text_dim, shape.width()) {
  add("time_text_embed.timestep_embedder", timestep_embedder_);
  add("time_text_embed.text_embedder", text_embedder_);
  add("proj_in", proj_in_);
  for (int64_t i = 0; i < layers; ++i) {
    blocks_.push_back(std::make_unique<RefinerBlock>(shape));
    add("token_refiner.refiner_blocks." + std::to_string(i), *blocks_.back());
  }
}

at::Tensor TokenRefiner::operator()(const at::Tensor& text, const at::Tensor& timestep,
                                    const at::Tensor& mask) const {
  const at::Tensor mean = mean_of_valid(text.to(at::kFloat), mask).to(text.scalar_type());
  const at::Tensor silu_temb = at::silu(timestep_embedder_(timestep) + text_embedder_(mean));
  at::Tensor x = proj_in_(text).to(text.scalar_type());  // which autocast would make bfloat16
  for (const auto& block : blocks_) x = (*block)(x, silu_temb, mask);
  return x;
}

}  // namespace flowreel
