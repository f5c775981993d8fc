#include "pipeline/consistency/features/feature_input.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "errors/error.h"
#include "tests/pipeline/consistency/features/test_networks.h"

namespace flowreel {
namespace {

cv::Mat ramp(int width, int height) {
  cv::Mat frame(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) frame.at<cv::Vec3b>(y, x) = cv::Vec3b(10 * x, 7 * y, 3);
  }
  return frame;
}

std::vector<int64_t> shape(int width, int height, const FeatureInput& input) {
  return input_of(cv::Mat(height, width, CV_8UC3, cv::Scalar::all(1)), input).sizes().vec();
}

double at_place(const at::Tensor& image, int64_t channel, int64_t y, int64_t x) {
  return image[0][channel][y][x].item<double>();
}

TEST(FeatureInput, LevelsAreThePixels) {
  const at::Tensor levels = levels_of(ramp(5, 4));
  EXPECT_EQ(levels.sizes().vec(), (std::vector<int64_t>{1, 3, 4, 5}));
  EXPECT_EQ(levels.scalar_type(), at::kFloat);
  EXPECT_EQ(at_place(levels, 0, 1, 3), 30);
  EXPECT_EQ(at_place(levels, 1, 2, 0), 14);
  EXPECT_EQ(at_place(levels, 2, 0, 0), 3);
}

// 224 · 854 / 480 = 398.5…, whose fraction is dropped.
TEST(FeatureInput, TheLongerSideIsCutToAWholeNumber) {
  using Shape = std::vector<int64_t>;
  EXPECT_EQ(shape(854, 480, test::vbench_dino()), (Shape{1, 3, 224, 398}));
  EXPECT_EQ(shape(480, 854, test::vbench_dino()), (Shape{1, 3, 398, 224}));
  EXPECT_EQ(shape(30, 30, test::vbench_dino()), (Shape{1, 3, 224, 224}));
  EXPECT_EQ(shape(854, 480, test::vbench_clip()), (Shape{1, 3, 224, 224}));
}

// Bilinear with corners not aligned: twice as large, pixel 2 k + 1 is ¾ of k and ¼ of k + 1.
TEST(FeatureInput, BilinearPixelsHaveTheirMiddlesInPlace) {
  const at::Tensor image = input_of(ramp(8, 6), test::plain(12));
  EXPECT_EQ(image.size(3), 16);
  EXPECT_NEAR(at_place(image, 0, 5, 5), 22.5 / 255, 1e-6);
  EXPECT_NEAR(at_place(image, 0, 5, 6), 27.5 / 255, 1e-6);
  EXPECT_NEAR(at_place(image, 1, 4, 0), 12.25 / 255, 1e-6);
}

// A smaller picture is sampled and not averaged: antialias is off.
TEST(FeatureInput, NothingIsAveragedAway) {
  cv::Mat stripes(64, 64, CV_8UC3);
  for (int x = 0; x < 64; ++x) stripes.col(x) = cv::Scalar::all(x % 8 < 4 ? 200 : 0);
  const at::Tensor image = input_of(stripes, test::plain(8));
  // Each pixel of the eight lies between columns 8 k + 3 and 8 k + 4.
  EXPECT_NEAR(at_place(image, 0, 3, 3), 100 / 255.0, 1e-6);
}

// The cubic of a = -0.75 leaves the range at an edge, and is not cut off.
TEST(FeatureInput, BicubicMayLeaveTheRange) {
  cv::Mat edge(16, 16, CV_8UC3, cv::Scalar::all(0));
  edge.colRange(8, 16).setTo(cv::Scalar::all(255));
  FeatureInput input = test::plain(32);
  EXPECT_LE(input_of(edge, input).max().item<double>(), 1);
  input.bicubic = true;
  const at::Tensor image = input_of(edge, input);
  EXPECT_GT(image.max().item<double>(), 1.01);
  EXPECT_LT(image.min().item<double>(), -0.01);
}

// What is left over is 1, 3, 5 pixels: half of it is rounded to even, as Python does.
TEST(FeatureInput, TheCropBeginsAtHalfRoundedToEven) {
  FeatureInput input = test::plain(8);
  input.centre_crop = true;
  const auto begin = [&](int width) {
    return at_place(input_of(ramp(width, 8), input), 0, 0, 0) * 255 / 10;
  };
  EXPECT_NEAR(begin(9), 0, 1e-5);
  EXPECT_NEAR(begin(11), 2, 1e-5);
  EXPECT_NEAR(begin(13), 2, 1e-5);
}

// The shorter side is brought up: a line of pixels would become a picture of gigabytes.
TEST(FeatureInput, NarrowFramesAreRefused) {
  EXPECT_EQ(shape(640, 10, test::plain(8)), (std::vector<int64_t>{1, 3, 8, 512}));
  EXPECT_THROW(shape(641, 10, test::plain(8)), DataError);
  EXPECT_THROW(shape(1, 4096, test::vbench_clip()), DataError);
}

TEST(FeatureInput, IsNormalisedByChannel) {
  FeatureInput input = test::plain(4);
  input.mean = {0.5, 0.25, 0};
  input.std_dev = {0.5, 2, 4};
  const at::Tensor image = input_of(cv::Mat(4, 4, CV_8UC3, cv::Scalar(255, 51, 102)), input);
  EXPECT_NEAR(at_place(image, 0, 0, 0), 1, 1e-6);
  EXPECT_NEAR(at_place(image, 1, 0, 0), -0.025, 1e-6);
  EXPECT_NEAR(at_place(image, 2, 0, 0), 0.1, 1e-6);
}

TEST(FeatureInput, VbenchsIsKnownByEveryPart) {
  EXPECT_TRUE(is_vbench_dino(test::vbench_dino()));
  EXPECT_TRUE(is_vbench_clip(test::vbench_clip()));
  EXPECT_FALSE(is_vbench_dino(test::vbench_clip()));
  const auto changed = [](FeatureInput input, auto change) {
    change(input);
    return is_vbench_dino(input) || is_vbench_clip(input);
  };
  for (const FeatureInput& input : {test::vbench_dino(), test::vbench_clip()}) {
    EXPECT_FALSE(changed(input, [](FeatureInput& i) { i.size = 256; }));
    EXPECT_FALSE(changed(input, [](FeatureInput& i) { i.bicubic = !i.bicubic; }));
    EXPECT_FALSE(changed(input, [](FeatureInput& i) { i.centre_crop = !i.centre_crop; }));
    EXPECT_FALSE(changed(input, [](FeatureInput& i) { i.mean[1] = 0.5; }));
    EXPECT_FALSE(changed(input, [](FeatureInput& i) { i.std_dev[2] = 0.5; }));
  }
  EXPECT_EQ(words_of(test::vbench_clip()), "short side 224, bicubic, centre crop");
}

}  // namespace
}  // namespace flowreel
