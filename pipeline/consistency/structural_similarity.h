// How close one picture is to another: SSIM and PSNR.
#pragma once

#include <opencv2/core.hpp>

#include "pipeline/consistency/picture.h"

namespace flowreel {

// Pictures need this many pixels each way for SSIM, the size of its window.
inline constexpr int kSmallestForSsim = 11;
bool fits_ssim(const Picture& picture);

// Structural similarity of the lumas of two pictures of one size: Wang et al. 2004, Gaussian window
// 11x11 with sigma 1.5, K1 0.01, K2 0.03, L 255, population variances, mean over the positions
// where the window fits. In [-1, 1], exactly 1 for equal pictures, exactly the same both ways
// round. DataError: two sizes, or smaller than the window.
double ssim(const Picture& a, const Picture& b);

// Mean of (a - b)² over all pixels and channels of two CV_8UC3 images, in levels². DataError: two
// sizes.
double mean_squared_error(const cv::Mat& a, const cv::Mat& b);

// PSNR over all pixels and channels in dB, at most kHighestPsnr: where there is next to no noise,
// its amount says nothing, and none at all would make every mean infinite.
inline constexpr double kHighestPsnr = 100;
double psnr(const Picture& a, const Picture& b);

}  // namespace flowreel
