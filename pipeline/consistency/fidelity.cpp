#include "pipeline/consistency/fidelity.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "errors/error.h"

namespace flowreel {
namespace {

constexpr int64_t kWindow = 11;
constexpr double kSigma = 1.5;

at::Tensor luma(const at::Tensor& frame) {
  const at::Tensor rgb = frame.to(at::kDouble);
  return (rgb.select(2, 0) * 0.299 + rgb.select(2, 1) * 0.587 + rgb.select(2, 2) * 0.114)
      .unsqueeze(0)
      .unsqueeze(0);
}

// Gaussian-weighted local mean of [1,1,H,W], where the window fits.
at::Tensor local_mean(const at::Tensor& x) {
  const at::Tensor offset = at::arange(kWindow, x.options()) - (kWindow / 2);
  at::Tensor weights = at::exp(offset.square() / (-2 * kSigma * kSigma));
  weights = weights / weights.sum();
  return at::conv2d(at::conv2d(x, weights.view({1, 1, 1, kWindow})),
                    weights.view({1, 1, kWindow, 1}));
}

void check_same_size(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() == b.sizes()) return;
  throw DataError("frames of " + std::to_string(a.size(1)) + "x" + std::to_string(a.size(0)) +
                  " and " + std::to_string(b.size(1)) + "x" + std::to_string(b.size(0)) +
                  " cannot be compared");
}

}  // namespace

double mean_squared_error(const at::Tensor& a, const at::Tensor& b) {
  check_same_size(a, b);
  return (a.to(at::kDouble) - b.to(at::kDouble)).square().mean().item<double>();
}

double psnr_of_mse(double mse) {
  if (mse == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(255.0 * 255.0 / mse);
}

double ssim(const at::Tensor& a, const at::Tensor& b) {
  check_same_size(a, b);
  constexpr double kC1 = 0.01 * 255 * 0.01 * 255, kC2 = 0.03 * 255 * 0.03 * 255;
  if (a.size(0) < kWindow || a.size(1) < kWindow) {
    throw DataError("SSIM needs frames of at least 11x11 pixels");
  }
  const at::Tensor x = luma(a), y = luma(b);
  const at::Tensor mx = local_mean(x), my = local_mean(y);
  const at::Tensor vx = local_mean(x * x) - mx * mx, vy = local_mean(y * y) - my * my;
  const at::Tensor covariance = local_mean(x * y) - mx * my;
  const at::Tensor map =
      (2 * mx * my + kC1) * (2 * covariance + kC2) / ((mx * mx + my * my + kC1) * (vx + vy + kC2));
  return map.mean().item<double>();
}

void FidelityMean::add(const at::Tensor& a, const at::Tensor& b) {
  mse_sum_ += mean_squared_error(a, b);
  const bool fits = a.size(0) >= kWindow && a.size(1) >= kWindow;
  ssim_sum_ += fits ? flowreel::ssim(a, b) : std::numeric_limits<double>::quiet_NaN();
  ++frames_;
}

double FidelityMean::psnr() const { return psnr_of_mse(mse_sum_ / static_cast<double>(frames_)); }

double FidelityMean::ssim() const { return ssim_sum_ / static_cast<double>(frames_); }

}  // namespace flowreel
