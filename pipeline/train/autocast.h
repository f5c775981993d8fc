// Mixed precision: products and convolutions in bfloat16, weights and the transformer's residual
// stream in float32.
#pragma once

#include <ATen/autocast_mode.h>
#include <ATen/core/Tensor.h>

namespace flowreel {

// PyTorch's autocast on a device of this type, for as long as this lives; nothing if not `on`.
class Autocast {
 public:
  Autocast(bool on, at::DeviceType device)
      : on_(on && !at::autocast::is_autocast_enabled(device)), device_(device) {
    if (!on_) return;
    at::autocast::set_autocast_enabled(device_, true);
    at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
  ~Autocast() {
    if (!on_) return;
    at::autocast::clear_cache();  // of converted weights, which the next update makes stale
    at::autocast::set_autocast_enabled(device_, false);
  }

 private:
  bool on_;
  at::DeviceType device_;
};

// x [B,C,T,H,W] laid out for convolutions: under autocast on the CPU with the channels last, where
// those in bfloat16 take a fraction of the time; otherwise as it is.
inline at::Tensor for_convolutions(const at::Tensor& x) {
  const bool in_bfloat16 = x.is_cpu() && at::autocast::is_autocast_enabled(at::kCPU);
  return in_bfloat16 ? x.contiguous(at::MemoryFormat::ChannelsLast3d) : x;
}

}  // namespace flowreel
