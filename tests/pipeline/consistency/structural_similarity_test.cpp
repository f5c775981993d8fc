#include "pipeline/consistency/structural_similarity.h"

#include <gtest/gtest.h>

#include "errors/error.h"
#include "pipeline/consistency/psnr.h"

namespace flowreel {
namespace {

// 24 rows, 37 columns; `k` scales a disturbance. The same as in fidelity_test.cpp.
cv::Mat pattern(int k) {
  cv::Mat image(24, 37, CV_8UC3);
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      const int r = (x * 7 + y * 3 + k * ((x * y) % 11)) % 256;
      const int g = (x * x + y * 5 + k * ((x + 2 * y) % 7)) % 256;
      const int b = (x * 2 + y * y + k * ((3 * x + y) % 5)) % 256;
      image.at<cv::Vec3b>(y, x) = {static_cast<uint8_t>(r), static_cast<uint8_t>(g),
                                   static_cast<uint8_t>(b)};
    }
  }
  return image;
}

Picture flat(int level) { return Picture(cv::Mat(16, 20, CV_8UC3, cv::Scalar::all(level))); }

cv::Mat flipped(const cv::Mat& image) {
  cv::Mat result;
  cv::flip(image, result, 1);
  return result;
}

// scikit-image 0.26.0: structural_similarity of the lumas 0.299 R + 0.587 G + 0.114 B in float64,
// gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255.
TEST(StructuralSimilarity, IsThatOfScikitImage) {
  EXPECT_NEAR(ssim(Picture(pattern(0)), Picture(pattern(4))), 0.72043513108687207, 1e-9);
}

// Without contrast only the luminance term is left: (2ab + C1) / (a² + b² + C1).
TEST(StructuralSimilarity, OfFlatPictures) {
  constexpr double kC1 = 0.01 * 255 * 0.01 * 255;
  EXPECT_NEAR(ssim(flat(80), flat(120)), (2 * 80 * 120 + kC1) / (80 * 80 + 120 * 120 + kC1), 1e-9);
  EXPECT_NEAR(ssim(flat(0), flat(255)), kC1 / (255 * 255 + kC1), 1e-9);
}

TEST(StructuralSimilarity, IsExactlyOneForEqualPicturesAndTheSameBothWays) {
  const Picture a(pattern(0)), b(pattern(4)), c(pattern(16));
  EXPECT_EQ(ssim(a, a), 1);
  EXPECT_EQ(ssim(a, Picture(pattern(0))), 1);
  EXPECT_EQ(ssim(a, b), ssim(b, a));
  EXPECT_LT(ssim(a, c), ssim(a, b));
}

TEST(StructuralSimilarity, DoesNotKnowLeftFromRight) {
  EXPECT_NEAR(ssim(Picture(flipped(pattern(0))), Picture(flipped(pattern(4)))),
              ssim(Picture(pattern(0)), Picture(pattern(4))), 1e-12);
}

TEST(StructuralSimilarity, NeedsItsWindowAndOneSize) {
  const Picture narrow(cv::Mat::zeros(40, 10, CV_8UC3)), smallest(cv::Mat::zeros(11, 11, CV_8UC3));
  EXPECT_FALSE(fits_ssim(narrow));
  EXPECT_TRUE(fits_ssim(smallest));
  EXPECT_EQ(ssim(smallest, smallest), 1);
  EXPECT_THROW(ssim(narrow, narrow), DataError);
  EXPECT_THROW(ssim(smallest, flat(0)), DataError);
  EXPECT_THROW(psnr(smallest, flat(0)), DataError);
}

TEST(Psnr, CountsEveryChannel) {
  EXPECT_NEAR(mean_squared_error(pattern(0), pattern(4)), 2494.8228228228227, 1e-9);
  EXPECT_EQ(mean_squared_error(flat(10).rgb(), flat(250).rgb()), 240.0 * 240.0);
  cv::Mat one = flat(10).rgb().clone();
  one.at<cv::Vec3b>(3, 4)[1] = 30;
  EXPECT_DOUBLE_EQ(mean_squared_error(one, flat(10).rgb()), 400.0 / (16 * 20 * 3));
  EXPECT_DOUBLE_EQ(psnr(Picture(one), flat(10)), psnr_of_mse(400.0 / (16 * 20 * 3)));
}

TEST(Psnr, IsCapped) {
  EXPECT_EQ(psnr(flat(7), flat(7)), 100);
  // One level in one of 3.2 million values: 10 log10(255² 3.2e6) = 113 dB.
  const cv::Mat dark = cv::Mat::zeros(1000, 1067, CV_8UC3);
  cv::Mat nearly = dark.clone();
  nearly.at<cv::Vec3b>(5, 5)[2] = 1;
  EXPECT_EQ(psnr(Picture(dark), Picture(nearly)), 100);
  EXPECT_NEAR(psnr(flat(7), flat(8)), 48.1308036086791, 1e-12);
}

}  // namespace
}  // namespace flowreel
