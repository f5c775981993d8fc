#include "pipeline/consistency/structural_similarity.h"

#include <algorithm>
#include <string>

#include "errors/error.h"
#include "pipeline/consistency/psnr.h"

namespace flowreel {
namespace {

constexpr double kC1 = 0.01 * 255 * 0.01 * 255, kC2 = 0.03 * 255 * 0.03 * 255;

std::string size_text(const cv::Mat& m) {
  return std::to_string(m.cols) + "x" + std::to_string(m.rows);
}

void check_same_size(const cv::Mat& a, const cv::Mat& b) {
  if (a.size() == b.size()) return;
  throw DataError("frames of " + size_text(a) + " and " + size_text(b) +
                  " cannot be compared; expected one size");
}

}  // namespace

bool fits_ssim(const Picture& picture) {
  return std::min(picture.rgb().cols, picture.rgb().rows) >= kSmallestForSsim;
}

double ssim(const Picture& a, const Picture& b) {
  check_same_size(a.rgb(), b.rgb());
  if (!fits_ssim(a))
    throw DataError("SSIM needs frames of at least 11x11 pixels, these have " + size_text(a.rgb()));
  const cv::Mat products = gaussian_mean(a.luma().mul(b.luma()));
  double sum = 0;
  for (int y = 0; y < products.rows; ++y) {
    const double* mean_a = a.local_mean().ptr<double>(y);
    const double* mean_b = b.local_mean().ptr<double>(y);
    const double* variance_a = a.local_variance().ptr<double>(y);
    const double* variance_b = b.local_variance().ptr<double>(y);
    const double* product = products.ptr<double>(y);
    for (int x = 0; x < products.cols; ++x) {
      const double means = mean_a[x] * mean_b[x];
      const double covariance = product[x] - means;
      sum += (2 * means + kC1) * (2 * covariance + kC2) /
             ((mean_a[x] * mean_a[x] + mean_b[x] * mean_b[x] + kC1) *
              (variance_a[x] + variance_b[x] + kC2));
    }
  }
  return sum / static_cast<double>(products.total());
}

double mean_squared_error(const cv::Mat& a, const cv::Mat& b) {
  check_same_size(a, b);
  return cv::norm(a, b, cv::NORM_L2SQR) / (static_cast<double>(a.total()) * a.channels());
}

double psnr(const Picture& a, const Picture& b) {
  return std::min(kHighestPsnr, psnr_of_mse(mean_squared_error(a.rgb(), b.rgb())));
}

}  // namespace flowreel
