#include "models/layers/causal_conv3d.h"

#include <ATen/ATen.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace flowreel {
namespace {

// Copies, in the type they come in: autocast would go to float32 for the sums of their gradient, up
// to twelve numbers at a corner, and cost more than the convolution.
template <typename Pad>
at::Tensor padded_by(const Pad& pad, const at::Tensor& x, at::IntArrayRef margins) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::DispatchKey::AutocastCPU);
  return pad(x, margins);
}

}  // namespace

PointwiseConv3d::PointwiseConv3d(int64_t in_channels, int64_t out_channels)
    : weight_({out_channels, in_channels, 1, 1, 1}), bias_({out_channels}) {
  add("weight", weight_);
  add("bias", bias_);
}

at::Tensor PointwiseConv3d::operator()(const at::Tensor& x) const {
  return at::conv3d(x, weight_.value, bias_.value);
}

CausalConv3d::CausalConv3d(int64_t in_channels, int64_t out_channels, int64_t kernel,
                           std::array<int64_t, 3> stride)
    : kernel_(kernel),
      stride_(stride),
      weight_({out_channels, in_channels, kernel, kernel, kernel}),
      bias_({out_channels}) {
  add("conv.weight", weight_);
  add("conv.bias", bias_);
}

// One frame: every tap in time sees a copy of it, so that their sum does in one plane what they do
// in three.
at::Tensor CausalConv3d::of_image(const at::Tensor& x) const {
  const int64_t side = kernel_ / 2;
  const at::Tensor padded =
      padded_by(at::replication_pad2d, x.squeeze(2), {side, side, side, side});
  return at::conv2d(padded, weight_.value.sum(2), bias_.value, {stride_[1], stride_[2]})
      .unsqueeze(2);
}

at::Tensor CausalConv3d::operator()(const at::Tensor& x) const {
  if (kernel_ > 1 && x.size(2) == 1) return of_image(x);
  const int64_t side = kernel_ / 2;
  const at::Tensor padded =
      kernel_ == 1 ? x
                   : padded_by(at::replication_pad3d, x, {side, side, side, side, kernel_ - 1, 0});
  return at::conv3d(padded, weight_.value, bias_.value, stride_);
}

}  // namespace flowreel
