// Peak signal-to-noise ratio of 8-bit frames.
#pragma once

#include <cmath>
#include <limits>

namespace flowreel {

// 10 log10(255² / mse) in dB; infinite for mse 0.
inline double psnr_of_mse(double mse) {
  if (mse == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(255.0 * 255.0 / mse);
}

}  // namespace flowreel
