// Convolutions over [B,C,T,H,W].
#pragma once

#include <ATen/core/Tensor.h>

#include <array>

#include "models/weights/module.h"

namespace flowreel {

// torch.nn.Conv3d with a 1×1×1 kernel.
class PointwiseConv3d : public Module {
 public:
  PointwiseConv3d(int64_t in_channels, int64_t out_channels);
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  Parameter weight_, bias_;
};

// Conv3d over a clip whose edges are replicated: kernel/2 on every side of a frame, kernel-1 before
// the first frame and nothing after the last, so that a frame never sees a later one (diffusers'
// HunyuanVideoCausalConv3d).
class CausalConv3d : public Module {
 public:
  CausalConv3d(int64_t in_channels, int64_t out_channels, int64_t kernel,
               std::array<int64_t, 3> stride = {1, 1, 1});
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  at::Tensor of_image(const at::Tensor& x) const;

  int64_t kernel_;
  std::array<int64_t, 3> stride_;
  Parameter weight_, bias_;
};

}  // namespace flowreel
