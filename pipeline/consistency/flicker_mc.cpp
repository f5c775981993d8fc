#include "pipeline/consistency/flicker_mc.h"

#include <ATen/ATen.h>

#include "pipeline/consistency/optical_flow.h"

namespace flowreel {

void MotionFlickerMeter::see(const at::Tensor& frame) {
  const at::Tensor next = frame.contiguous();
  if (!middle_.defined()) {
    middle_ = next;
    return;
  }
  const at::Tensor onward = optical_flow(middle_, next), back = optical_flow(next, middle_);
  if (before_.defined()) {
    const at::Tensor mask = visible(onward, back).logical_and(seen_before_);
    const at::Tensor neighbours =
        (warp(before_.to(at::kFloat), to_before_) + warp(next.to(at::kFloat), onward)) / 2;
    const at::Tensor residual = (middle_.to(at::kFloat) - neighbours).abs().mean(2);
    sum_ += residual.masked_select(mask).sum(at::kDouble).item<double>();
    trusted_ += mask.sum().item<int64_t>();
    pixels_ += mask.numel();
    ++triples_;
  }
  to_before_ = back;
  seen_before_ = visible(back, onward);
  before_ = middle_;
  middle_ = next;
}

MotionFlicker MotionFlickerMeter::result() const {
  MotionFlicker result;
  result.triples = triples_;
  if (trusted_ == 0) return result;
  result.mean = sum_ / static_cast<double>(trusted_);
  result.coverage = static_cast<double>(trusted_) / static_cast<double>(pixels_);
  return result;
}

}  // namespace flowreel
