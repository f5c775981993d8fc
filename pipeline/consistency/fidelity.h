// How close one frame is to another: PSNR and SSIM.
#pragma once

#include <ATen/core/Tensor.h>

#include "pipeline/consistency/psnr.h"

namespace flowreel {

// Mean squared error over all values of two frames [H,W,3] uint8, in levels².
double mean_squared_error(const at::Tensor& a, const at::Tensor& b);

// Structural similarity of the luma (BT.601 weights of RGB) of two frames [H,W,3] uint8, at least
// 11x11: Wang et al. 2004, Gaussian window 11x11 with sigma 1.5, K1 0.01, K2 0.03, population
// variances, mean over the positions where the window fits. Agrees with scikit-image's
// structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
// data_range=255). In [-1, 1].
double ssim(const at::Tensor& a, const at::Tensor& b);

// Means over a clip: PSNR from the mean of the squared errors, SSIM from the mean of the frames'
// values.
class FidelityMean {
 public:
  // Frames smaller than the SSIM window leave ssim() not a number.
  void add(const at::Tensor& a, const at::Tensor& b);
  int64_t frames() const { return frames_; }
  double psnr() const;
  double ssim() const;

 private:
  int64_t frames_ = 0;
  double mse_sum_ = 0, ssim_sum_ = 0;
};

}  // namespace flowreel
