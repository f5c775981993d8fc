// One frame in the forms in which the meters ask for it, each made once.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>

namespace flowreel {

// The size at which motion is measured: the shorter side brought down to 360 pixels, never up, so
// that thresholds in pixels mean the same for clips of every size.
cv::Size working_size(const cv::Size& full);

class Picture {
 public:
  explicit Picture(const cv::Mat& rgb);  // CV_8UC3, R G B; copied

  const cv::Mat& rgb() const { return rgb_; }  // CV_8UC3, as it came
  // CV_64F, 0.299 R + 0.587 G + 0.114 B, not rounded, as it came.
  const cv::Mat& luma() const;
  // Gaussian-weighted local mean and variance of luma() where an 11x11 window of sigma 1.5 fits,
  // CV_64F, 10 pixels smaller each way; empty for smaller frames.
  const cv::Mat& local_mean() const;
  const cv::Mat& local_variance() const;

  // Frees luma() and its local means, which are made again when asked for: they are 8 bytes a
  // pixel, and a picture that is no longer the last or the one before seldom needs them.
  void forget_details() const;

  // At working_size(), by area averaging.
  const cv::Mat& small() const;        // CV_8UC3
  const cv::Mat& small_float() const;  // CV_32FC3, 0..255
  const cv::Mat& small_grey() const;   // CV_8U, BT.601 luma of small()
  const cv::Mat& small_lab() const;    // CV_32FC3, CIE L*a*b* (D65) of small() as sRGB

 private:
  cv::Mat rgb_;
  mutable cv::Mat luma_, local_mean_, local_variance_, small_, small_float_, small_grey_,
      small_lab_;
};

// Gaussian-weighted mean over 11x11 (sigma 1.5) of a CV_64F image, where the window fits.
cv::Mat gaussian_mean(const cv::Mat& image);

// Mean of |a - b| over all pixels and channels of two CV_8UC3 pictures of one size, in levels.
double mean_absolute_difference(const cv::Mat& a, const cv::Mat& b);

}  // namespace flowreel
