// Flicker that moves along: what a frame has that its neighbours, carried along by the motion, have
// not.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace flowreel {

struct MotionFlicker {
  // Mean of |f_t - (W(f_{t-1}) + W(f_{t+1})) / 2| over the pixels whose motion to both neighbours
  // is to be trusted (optical_flow.h), in levels of 255, over R, G and B; W carries a frame to t.
  // Every triple of frames counts by its pixels. Empty: fewer than three frames, or no such pixel.
  std::optional<double> mean;
  int64_t triples = 0;
  double coverage = 0;  // share of the pixels of all triples that were trusted
};

// Sees the frames one after another, [H,W,3] uint8 of one size, and keeps two.
class MotionFlickerMeter {
 public:
  void see(const at::Tensor& frame);
  MotionFlicker result() const;

 private:
  at::Tensor before_, middle_;
  at::Tensor to_before_, seen_before_;  // of the middle frame: flow to the one before, its mask
  int64_t triples_ = 0, trusted_ = 0, pixels_ = 0;
  double sum_ = 0;
};

}  // namespace flowreel
