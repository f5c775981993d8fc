#include "pipeline/generate/guard.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "errors/error.h"

namespace flowreel {

void check_finite(const at::Tensor& x, const std::string& where) {
  const at::Tensor finite = at::isfinite(x);
  if (finite.all().item<bool>()) return;
  const int64_t bad = x.numel() - finite.sum().item<int64_t>();
  throw NumericsError(where + ": " + std::to_string(bad) + " of " + std::to_string(x.numel()) +
                      " values are NaN or infinite");
}

void BlankCheck::see(const at::Tensor& frame) {
  const at::Tensor pixels = frame.reshape({-1, 3});
  const at::Tensor low = std::get<0>(pixels.min(0)), high = std::get<0>(pixels.max(0));
  for (int64_t c = 0; c < 3; ++c) {
    lowest_[c] = std::min(lowest_[c], low[c].item<int>());
    highest_[c] = std::max(highest_[c], high[c].item<int>());
  }
  ++frames_;
}

void BlankCheck::check() const {
  std::string colour;
  for (size_t c = 0; c < 3; ++c) {
    if (highest_[c] - lowest_[c] > kTolerance) return;
    colour += (c == 0 ? "" : ",") + std::to_string(lowest_[c]);
  }
  throw NumericsError("blank clip: frames 0 to " + std::to_string(frames_ - 1) +
                      " are all one colour, RGB " + colour + " (--allow-blank accepts it)");
}

}  // namespace flowreel
