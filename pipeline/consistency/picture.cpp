#include "pipeline/consistency/picture.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace flowreel {
namespace {

constexpr int kShortSide = 360;
constexpr int kWindow = 11;
constexpr double kSigma = 1.5;

// Of the 256 levels of sRGB (IEC 61966-2-1), CV_32F, 0..1. OpenCV's own way from sRGB to Lab goes
// through a coarse table, which is off by up to 0.4 dE.
const cv::Mat& linear_light() {
  static const cv::Mat table = [] {
    cv::Mat light(1, 256, CV_32F);
    for (int i = 0; i < 256; ++i) {
      const double v = i / 255.0;
      light.at<float>(i) =
          static_cast<float>(v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4));
    }
    return light;
  }();
  return table;
}

}  // namespace

cv::Size working_size(const cv::Size& full) {
  const int shorter = std::min(full.width, full.height);
  if (shorter <= kShortSide) return full;
  const double scale = static_cast<double>(kShortSide) / shorter;
  return {static_cast<int>(std::lround(full.width * scale)),
          static_cast<int>(std::lround(full.height * scale))};
}

cv::Mat gaussian_mean(const cv::Mat& image) {
  if (image.cols < kWindow || image.rows < kWindow) return {};
  const cv::Mat weights = cv::getGaussianKernel(kWindow, kSigma, CV_64F);
  cv::Mat mean;
  cv::sepFilter2D(image, mean, CV_64F, weights, weights);
  constexpr int kEdge = kWindow / 2;
  return mean(cv::Rect(kEdge, kEdge, image.cols - 2 * kEdge, image.rows - 2 * kEdge)).clone();
}

double mean_absolute_difference(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a, b, cv::NORM_L1) / (static_cast<double>(a.total()) * a.channels());
}

Picture::Picture(const cv::Mat& rgb) : rgb_(rgb.clone()) {}

const cv::Mat& Picture::luma() const {
  if (luma_.empty()) {
    cv::Mat wide;
    rgb_.convertTo(wide, CV_64F);
    cv::transform(wide, luma_, cv::Matx13d(0.299, 0.587, 0.114));
  }
  return luma_;
}

const cv::Mat& Picture::local_mean() const {
  if (local_mean_.empty()) local_mean_ = gaussian_mean(luma());
  return local_mean_;
}

const cv::Mat& Picture::local_variance() const {
  if (local_variance_.empty() && !local_mean().empty())
    local_variance_ = gaussian_mean(luma().mul(luma())) - local_mean().mul(local_mean());
  return local_variance_;
}

const cv::Mat& Picture::small() const {
  if (small_.empty()) {
    const cv::Size size = working_size(rgb_.size());
    if (size == rgb_.size()) {
      small_ = rgb_;
    } else {
      cv::resize(rgb_, small_, size, 0, 0, cv::INTER_AREA);
    }
  }
  return small_;
}

const cv::Mat& Picture::small_float() const {
  if (small_float_.empty()) small().convertTo(small_float_, CV_32F);
  return small_float_;
}

const cv::Mat& Picture::small_grey() const {
  if (small_grey_.empty()) cv::cvtColor(small(), small_grey_, cv::COLOR_RGB2GRAY);
  return small_grey_;
}

const cv::Mat& Picture::small_lab() const {
  if (small_lab_.empty()) {
    cv::Mat linear;
    cv::LUT(small(), linear_light(), linear);
    cv::cvtColor(linear, small_lab_, cv::COLOR_LRGB2Lab);
  }
  return small_lab_;
}

}  // namespace flowreel
