// HunyuanVideo's token refiner: turns the language model's states into the transformer's text
// tokens. Must agree with diffusers' HunyuanVideoTokenRefiner.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "models/dit/blocks.h"
#include "models/layers/embed.h"

namespace flowreel {

class RefinerBlock : public Module {
 public:
  explicit RefinerBlock(const BlockShape& shape);
  at::Tensor operator()(at::Tensor x, const at::Tensor& silu_temb, const at::Tensor& mask) const;

 private:
  BlockShape shape_;
  LayerNorm norm1_, norm2_;
  Linear to_q_, to_k_, to_v_, to_out_, gates_;
  FeedForward ff_;
};

class TokenRefiner : public Module {
 public:
  TokenRefiner(int64_t text_dim, const BlockShape& shape, int64_t layers);

  // text [B,L,text_dim]; timestep sinusoid [B,256] in the compute type; mask [B,L] bool, true for
  // valid tokens, or undefined: all are → [B,L,D], of which rows of padding mean nothing.
  at::Tensor operator()(const at::Tensor& text, const at::Tensor& timestep,
                        const at::Tensor& mask) const;

 private:
  EmbeddingMlp timestep_embedder_, text_embedder_;
  Linear proj_in_;
  std::vector<std::unique_ptr<RefinerBlock>> blocks_;
};

}  // namespace flowreel
