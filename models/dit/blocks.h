// The two kinds of transformer block of HunyuanVideo: double (video and text with weights of their
// own, one joint attention) and single (both streams as one sequence). Must agree with diffusers'
// HunyuanVideoTransformerBlock and HunyuanVideoSingleTransformerBlock.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/layers/linear.h"
#include "models/layers/mlp.h"
#include "models/layers/norm.h"
#include "models/layers/rope.h"

namespace flowreel {

// Epsilon of every LayerNorm and RMSNorm of this transformer family.
inline constexpr double kDitEps = 1e-6;

struct BlockShape {
  int64_t heads, head_dim, mlp_dim;
  int64_t width() const { return heads * head_dim; }
};

// Video tokens [B,N,D] and text tokens [B,L,D].
struct Streams {
  at::Tensor video, text;
};

// What all blocks of one evaluation share.
struct BlockContext {
  at::Tensor silu_temb;  // [B,D], SiLU of the conditioning vector
  RopeTable rope;        // of the video tokens
  at::Tensor key_mask;   // [B,N+L] bool, true for keys that may be seen; undefined: all
};

class DoubleBlock : public Module {
 public:
  explicit DoubleBlock(const BlockShape& shape);

  // Consumes its input: the memory is reused.
  Streams operator()(Streams x, const BlockContext& context) const;

 private:
  at::Tensor joint_attention(const at::Tensor& video, const at::Tensor& text,
                             const BlockContext& context) const;

  BlockShape shape_;
  Linear video_modulation_, text_modulation_;
  Linear to_q_, to_k_, to_v_, add_q_, add_k_, add_v_, to_out_, to_add_out_;
  RmsNorm norm_q_, norm_k_, norm_added_q_, norm_added_k_;
  FeedForward ff_, ff_context_;
};

class SingleBlock : public Module {
 public:
  explicit SingleBlock(const BlockShape& shape);

  // x [B,N+L,D], video tokens first. Consumes its input.
  at::Tensor operator()(at::Tensor x, const BlockContext& context) const;

 private:
  BlockShape shape_;
  Linear modulation_, to_q_, to_k_, to_v_, proj_mlp_, proj_out_;
  RmsNorm norm_q_, norm_k_;
};

}  // namespace flowreel
