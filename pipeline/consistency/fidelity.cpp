#include "pipeline/consistency/fidelity.h"

#include <limits>

#include "pipeline/consistency/frame_view.h"
#include "pipeline/consistency/structural_similarity.h"

namespace flowreel {
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
