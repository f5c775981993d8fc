// Building blocks of HunyuanVideo's causal video autoencoder; all act on [B,C,T,H,W]. Must agree
// with the classes of the same names in diffusers' autoencoder_kl_hunyuan_video.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "models/layers/causal_conv3d.h"
#include "models/layers/linear.h"
#include "models/layers/norm.h"

namespace flowreel {

// Epsilon of every GroupNorm of the autoencoder.
inline constexpr double kVaeEps = 1e-6;

// Called before each convolution over a large map, which may take seconds; may throw to cancel.
// Nothing when empty.
using Breakpoint = std::function<void()>;

// GroupNorm → SiLU → conv, twice, plus the input (through a 1×1×1 conv where the channel count
// changes).
class ResnetBlock : public Module {
 public:
  ResnetBlock(int64_t in_channels, int64_t out_channels, int64_t groups);
  at::Tensor operator()(const at::Tensor& x, const Breakpoint& breakpoint) const;

 private:
  GroupNorm norm1_, norm2_;
  CausalConv3d conv1_, conv2_;
  std::unique_ptr<CausalConv3d> shortcut_;
};

// Single-head attention over all positions of all frames up to and including the query's own.
// Computed frame by frame: a query frame's keys are a prefix, so no mask of (T·H·W)² entries is
// ever made.
class FrameCausalAttention : public Module {
 public:
  FrameCausalAttention(int64_t channels, int64_t groups);
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  GroupNorm group_norm_;
  Linear to_q_, to_k_, to_v_, to_out_;
};

class MidBlock : public Module {
 public:
  MidBlock(int64_t channels, int64_t groups, bool with_attention);
  at::Tensor operator()(const at::Tensor& x, const Breakpoint& breakpoint) const;

 private:
  ResnetBlock first_, second_;
  std::unique_ptr<FrameCausalAttention> attention_;
};

// Resnets, then a strided convolution where stride is not (1,1,1).
class DownBlock : public Module {
 public:
  DownBlock(int64_t in_channels, int64_t out_channels, int64_t layers, int64_t groups,
            std::array<int64_t, 3> stride);
  at::Tensor operator()(at::Tensor x, const Breakpoint& breakpoint) const;

 private:
  std::vector<std::unique_ptr<ResnetBlock>> resnets_;
  std::unique_ptr<CausalConv3d> downsample_;
};

// Resnets, then nearest upsampling by `factor` and a convolution where factor is not (1,1,1). The
// first frame is not repeated in time: T → 1 + factor_t·(T-1).
class UpBlock : public Module {
 public:
  UpBlock(int64_t in_channels, int64_t out_channels, int64_t layers, int64_t groups,
          std::array<int64_t, 3> factor);
  at::Tensor operator()(at::Tensor x, const Breakpoint& breakpoint) const;

 private:
  std::array<int64_t, 3> factor_;
  std::vector<std::unique_ptr<ResnetBlock>> resnets_;
  std::unique_ptr<CausalConv3d> upsample_;
};

// SiLU(norm(x)), reusing memory where no graph is recorded.
at::Tensor norm_silu(const GroupNorm& norm, const at::Tensor& x);

}  // namespace flowreel
