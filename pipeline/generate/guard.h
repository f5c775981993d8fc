// Fail-loud numerics: what must never become a file.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>

namespace flowreel {

// NumericsError "where: N of M values are NaN or infinite" unless all are finite.
void check_finite(const at::Tensor& x, const std::string& where);

// Watches frames go by and tells whether the clip shows anything.
class BlankCheck {
 public:
  void see(const at::Tensor& frame);  // [H,W,3] uint8

  // NumericsError, naming the frames and the colour, when the whole clip is one colour (all values
  // of each channel within kTolerance levels).
  void check() const;

  static constexpr int kTolerance = 2;

 private:
  int64_t frames_ = 0;
  std::array<int, 3> lowest_{255, 255, 255}, highest_{0, 0, 0};
};

}  // namespace flowreel
