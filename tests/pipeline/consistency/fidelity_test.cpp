#include "pipeline/consistency/fidelity.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"

namespace flowreel {
namespace {

// [24,37,3] uint8; `k` scales a disturbance. Width and height differ, so that no axis is mistaken.
at::Tensor pattern(int64_t k) {
  const at::Tensor y = at::arange(24).view({-1, 1}), x = at::arange(37).view({1, -1});
  const at::Tensor r = (x * 7 + y * 3 + k * ((x * y) % 11)) % 256;
  const at::Tensor g = (x * x + y * 5 + k * ((x + 2 * y) % 7)) % 256;
  const at::Tensor b = (x * 2 + y * y + k * ((3 * x + y) % 5)) % 256;
  return at::stack({r, g, b}, -1).to(at::kByte);
}

at::Tensor flat(int64_t level) { return at::full({16, 20, 3}, level, at::kByte); }

TEST(Fidelity, MeanSquaredErrorAndPsnr) {
  EXPECT_EQ(mean_squared_error(flat(10), flat(10)), 0);
  EXPECT_EQ(mean_squared_error(flat(10), flat(250)), 240.0 * 240.0);
  at::Tensor one = flat(10);
  one[3][4][1] = 30;
  EXPECT_DOUBLE_EQ(mean_squared_error(one, flat(10)), 400.0 / (16 * 20 * 3));
  EXPECT_TRUE(std::isinf(psnr_of_mse(0)));
  EXPECT_NEAR(psnr_of_mse(1), 48.1308036086791, 1e-12);
  EXPECT_NEAR(psnr_of_mse(255.0 * 255.0), 0, 1e-12);
  EXPECT_NEAR(psnr_of_mse(100) - psnr_of_mse(1000), 10, 1e-12);
}

// Without contrast only the luminance term is left: (2ab + C1) / (a² + b² + C1).
TEST(Fidelity, SsimOfFlatFrames) {
  constexpr double kC1 = 0.01 * 255 * 0.01 * 255;
  EXPECT_DOUBLE_EQ(ssim(flat(80), flat(80)), 1);
  EXPECT_NEAR(ssim(flat(80), flat(120)), (2 * 80 * 120 + kC1) / (80 * 80 + 120 * 120 + kC1), 1e-9);
  EXPECT_NEAR(ssim(flat(0), flat(255)), kC1 / (255 * 255 + kC1), 1e-9);
}

TEST(Fidelity, SsimIsSymmetricAndOneForEqualFrames) {
  const at::Tensor a = pattern(0), b = pattern(4);
  EXPECT_DOUBLE_EQ(ssim(a, a), 1);
  EXPECT_DOUBLE_EQ(ssim(a, b), ssim(b, a));
  EXPECT_NEAR(ssim(a, b), ssim(a.transpose(0, 1), b.transpose(0, 1)), 1e-12);
  EXPECT_LT(ssim(a, pattern(16)), ssim(a, b));
}

// scikit-image 0.26.0: structural_similarity of the lumas 0.299 R + 0.587 G + 0.114 B in float64,
// gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255.
TEST(Fidelity, SsimOfScikitImage) {
  EXPECT_NEAR(ssim(pattern(0), pattern(4)), 0.72043513108687207, 1e-9);
  EXPECT_NEAR(mean_squared_error(pattern(0), pattern(4)), 2494.8228228228227, 1e-9);
}

TEST(Fidelity, MeanOverAClip) {
  FidelityMean mean;
  mean.add(pattern(0), pattern(0));
  mean.add(pattern(0), pattern(4));
  EXPECT_EQ(mean.frames(), 2);
  EXPECT_NEAR(mean.psnr(), psnr_of_mse(2494.8228228228227 / 2), 1e-9);
  EXPECT_NEAR(mean.ssim(), (1 + 0.72043513108687207) / 2, 1e-9);
}

TEST(Fidelity, FramesThatCannotBeCompared) {
  EXPECT_THROW(mean_squared_error(flat(1), pattern(0)), DataError);
  EXPECT_THROW(ssim(flat(1), pattern(0)), DataError);
  const at::Tensor small = at::zeros({10, 40, 3}, at::kByte);
  EXPECT_THROW(ssim(small, small), DataError);
  const at::Tensor smallest = at::zeros({11, 11, 3}, at::kByte);
  EXPECT_DOUBLE_EQ(ssim(smallest, smallest), 1);
}

}  // namespace
}  // namespace flowreel
