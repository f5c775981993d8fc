#include "pipeline/consistency/picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace flowreel {
namespace {

constexpr int kShortSide = 360;
constexpr int kWindow = 11;
constexpr double kSigma = 1.5;

// IEC 61966-2-1 of an 8-bit value, 0..1.
std::array<double, 256> linear_light() {
  std::array<double, 256> table{};
  for (size_t i = 0; i < table.size(); ++i) {
    const double v = static_cast<double>(i) / 255;
    table[i] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  }
  return table;
}

// CIE 15: the cube root, and a line where it would be too steep.
double lightness(double v) {
  return v > 216 / 24389.0 ? std::cbrt(v) : (24389 / 27.0 * v + 16) / 116;
}

// The formulas of CIE L*a*b* with the white of sRGB. OpenCV's conversion reads a coarse table
// instead, up to 0.5 dE off.
cv::Mat lab_of(const cv::Mat& rgb) {
  static const std::array<double, 256> kLinear = linear_light();
  static const cv::Matx33d kXyz(0.412453, 0.357580, 0.180423, 0.212671, 0.715160, 0.072169,
                                0.019334, 0.119193, 0.950227);
  const cv::Vec3d white = kXyz * cv::Vec3d::all(1);
  cv::Mat lab(rgb.size(), CV_32FC3);
  for (int y = 0; y < rgb.rows; ++y) {
    const auto* from = rgb.ptr<cv::Vec3b>(y);
    auto* to = lab.ptr<cv::Vec3f>(y);
    for (int x = 0; x < rgb.cols; ++x) {
      const cv::Vec3d xyz =
          kXyz * cv::Vec3d(kLinear[from[x][0]], kLinear[from[x][1]], kLinear[from[x][2]]);
      const double f_x = lightness(xyz[0] / white[0]), f_y = lightness(xyz[1] / white[1]),
                   f_z = lightness(xyz[2] / white[2]);
      to[x] = cv::Vec3d(116 * f_y - 16, 500 * (f_x - f_y), 200 * (f_y - f_z));
    }
  }
  return lab;
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

void Picture::forget_details() const {
  luma_.release();
  local_mean_.release();
  local_variance_.release();
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
  if (small_lab_.empty()) small_lab_ = lab_of(small());
  return small_lab_;
}

}  // namespace flowreel
