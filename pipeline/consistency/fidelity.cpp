#include "pipeline/consistency/fidelity.h"

#include <ATen/ATen.h>

#include <limits>

#include "pipeline/consistency/structural_similarity.h"

namespace flowreel {
namespace {

// A frame [H,W,3] uint8 of any strides, as OpenCV sees it.
class FrameView {
 public:
  explicit FrameView(const at::Tensor& frame)
      : pixels_(frame.cpu().contiguous()),
        mat_(static_cast<int>(pixels_.size(0)), static_cast<int>(pixels_.size(1)), CV_8UC3,
             pixels_.data_ptr<uint8_t>()) {}

  const cv::Mat& mat() const { return mat_; }

 private:
  at::Tensor pixels_;  // owns what mat_ looks at
  cv::Mat mat_;
};

}  // namespace

double mean_squared_error(const at::Tensor& a, const at::Tensor& b) {
  return mean_squared_error(FrameView(a).mat(), FrameView(b).mat());
}

double ssim(const at::Tensor& a, const at::Tensor& b) {
  return ssim(Picture(FrameView(a).mat()), Picture(FrameView(b).mat()));
}

void FidelityMean::add(const at::Tensor& a, const at::Tensor& b) {
  const Picture x(FrameView(a).mat()), y(FrameView(b).mat());
  mse_sum_ += mean_squared_error(x.rgb(), y.rgb());
  ssim_sum_ += fits_ssim(x) ? flowreel::ssim(x, y) : std::numeric_limits<double>::quiet_NaN();
  ++frames_;
}

double FidelityMean::psnr() const { return psnr_of_mse(mse_sum_ / static_cast<double>(frames_)); }

double FidelityMean::ssim() const { return ssim_sum_ / static_cast<double>(frames_); }

}  // namespace flowreel
