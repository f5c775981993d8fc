#include "pipeline/consistency/picture.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

// The weights of the window in one direction: exp(-k² / (2 · 1.5²)), k = -5..5, in sum 1.
std::vector<double> window() {
  std::vector<double> weights;
  double sum = 0;
  for (int k = -5; k <= 5; ++k) sum += weights.emplace_back(std::exp(-k * k / 4.5));
  for (double& w : weights) w /= sum;
  return weights;
}

cv::Mat ramp() {
  cv::Mat image(kHeight, kWidth, CV_8UC3);
  for (int x = 0; x < kWidth; ++x) image.col(x) = cv::Scalar::all(x);
  return image;
}

double largest_difference(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a, b, cv::NORM_INF);
}

TEST(WorkingSize, BringsTheShorterSideDownTo360) {
  EXPECT_EQ(working_size({1280, 720}), cv::Size(640, 360));
  EXPECT_EQ(working_size({720, 1280}), cv::Size(360, 640));
  EXPECT_EQ(working_size({854, 480}), cv::Size(641, 360));  // 640.5
  EXPECT_EQ(working_size({361, 361}), cv::Size(360, 360));
}

TEST(WorkingSize, NeverUp) {
  EXPECT_EQ(working_size({640, 360}), cv::Size(640, 360));
  EXPECT_EQ(working_size({32, 2000}), cv::Size(32, 2000));
}

TEST(Picture, CopiesItsPixels) {
  cv::Mat frame = flat(1, 2, 3);
  const Picture picture(frame);
  frame.setTo(cv::Scalar::all(9));
  EXPECT_EQ(largest_difference(picture.rgb(), flat(1, 2, 3)), 0);
  EXPECT_EQ(largest_difference(picture.small(), flat(1, 2, 3)), 0);
}

TEST(Picture, LumaHasTheWeightsOfBt601AndIsNotRounded) {
  const cv::Mat& luma = Picture(flat(10, 20, 31)).luma().clone();
  ASSERT_EQ(luma.type(), CV_64F);
  ASSERT_EQ(luma.size(), cv::Size(kWidth, kHeight));
  EXPECT_NEAR(luma.at<double>(3, 5), 0.299 * 10 + 0.587 * 20 + 0.114 * 31, 1e-12);
  EXPECT_NEAR(Picture(flat(255, 255, 255)).luma().at<double>(0, 0), 255, 1e-12);
}

TEST(Picture, LocalStatisticsOfAFlatPicture) {
  const Picture picture(flat(70, 70, 70));
  ASSERT_EQ(picture.local_mean().size(), cv::Size(kWidth - 10, kHeight - 10));
  ASSERT_EQ(picture.local_variance().size(), cv::Size(kWidth - 10, kHeight - 10));
  EXPECT_NEAR(largest_difference(picture.local_mean(),
                                 cv::Mat(kHeight - 10, kWidth - 10, CV_64F, cv::Scalar(70))),
              0, 1e-10);
  EXPECT_NEAR(cv::norm(picture.local_variance(), cv::NORM_INF), 0, 1e-10);
}

// Of a ramp the mean is the middle, and the variance that of the window, sum w_k k².
TEST(Picture, LocalStatisticsOfARamp) {
  const Picture picture(ramp());
  double variance = 0;
  for (int k = -5; k <= 5; ++k) variance += window()[static_cast<size_t>(k + 5)] * k * k;
  for (const int x : {0, 40, kWidth - 11}) {
    EXPECT_NEAR(picture.local_mean().at<double>(7, x), x + 5, 1e-9);
    EXPECT_NEAR(picture.local_variance().at<double>(7, x), variance, 1e-8);
  }
}

// What a point leaves behind is the window itself.
TEST(GaussianMean, IsTheWindow) {
  cv::Mat point = cv::Mat::zeros(21, 30, CV_64F);
  point.at<double>(10, 12) = 1;
  const cv::Mat mean = gaussian_mean(point);
  ASSERT_EQ(mean.size(), cv::Size(20, 11));
  for (int dy = -5; dy <= 5; ++dy) {
    for (int dx = -5; dx <= 5; ++dx) {
      EXPECT_NEAR(mean.at<double>(5 + dy, 7 + dx),
                  window()[static_cast<size_t>(dy + 5)] * window()[static_cast<size_t>(dx + 5)],
                  1e-15);
    }
  }
  EXPECT_NEAR(cv::sum(mean)[0], 1, 1e-14);
}

TEST(GaussianMean, NeedsRoomForTheWindow) {
  EXPECT_EQ(gaussian_mean(cv::Mat::ones(11, 11, CV_64F)).size(), cv::Size(1, 1));
  EXPECT_TRUE(gaussian_mean(cv::Mat::ones(10, 40, CV_64F)).empty());
  const Picture narrow(cv::Mat::zeros(40, 10, CV_8UC3));
  EXPECT_TRUE(narrow.local_mean().empty());
  EXPECT_TRUE(narrow.local_variance().empty());
}

TEST(Picture, IsItsOwnSmallPictureUpTo360) {
  const Picture picture(texture(0, 0));
  EXPECT_EQ(picture.small().data, picture.rgb().data);
}

// Stripes of 0 and 200, 2 pixels wide, are flat at half the size.
TEST(Picture, IsMadeSmallerByTheMeanOfAreas) {
  cv::Mat stripes(720, 960, CV_8UC3);
  for (int x = 0; x < stripes.cols; ++x) stripes.col(x) = cv::Scalar::all(x % 2 * 200);
  const Picture picture(stripes);
  ASSERT_EQ(picture.small().size(), cv::Size(480, 360));
  EXPECT_EQ(largest_difference(picture.small(), cv::Mat(360, 480, CV_8UC3, cv::Scalar::all(100))),
            0);
}

TEST(Picture, SmallFormsHaveTheirUnits) {
  const Picture picture(flat(200, 100, 50));
  ASSERT_EQ(picture.small_float().type(), CV_32FC3);
  EXPECT_EQ(picture.small_float().at<cv::Vec3f>(2, 2), cv::Vec3f(200, 100, 50));
  ASSERT_EQ(picture.small_grey().type(), CV_8U);
  EXPECT_EQ(picture.small_grey().at<uint8_t>(2, 2), 124);  // 59.8 + 58.7 + 5.7 = 124.2
  EXPECT_EQ(picture.small_lab().type(), CV_32FC3);
}

// L*a*b* (D65) of the corners of sRGB, as colour tables have it (IEC 61966-2-1, CIE 15).
TEST(Picture, LabIsThatOfSrgbUnderD65) {
  const auto lab = [](int red, int green, int blue) {
    return Picture(flat(red, green, blue)).small_lab().at<cv::Vec3f>(0, 0);
  };
  const auto expect = [](const cv::Vec3f& found, double l, double a, double b) {
    EXPECT_NEAR(found[0], l, 0.05);
    EXPECT_NEAR(found[1], a, 0.05);
    EXPECT_NEAR(found[2], b, 0.05);
  };
  expect(lab(0, 0, 0), 0, 0, 0);
  expect(lab(255, 255, 255), 100, 0, 0);
  expect(lab(119, 119, 119), 50.03, 0, 0);
  expect(lab(255, 0, 0), 53.24, 80.09, 67.20);
  expect(lab(0, 255, 0), 87.73, -86.18, 83.18);
  expect(lab(0, 0, 255), 32.30, 79.19, -107.86);
}

TEST(MeanAbsoluteDifference, IsOverPixelsAndChannels) {
  EXPECT_EQ(mean_absolute_difference(flat(0, 0, 0), flat(255, 255, 255)), 255);
  EXPECT_EQ(mean_absolute_difference(flat(10, 20, 30), flat(13, 20, 18)), 5);
  EXPECT_EQ(mean_absolute_difference(flat(13, 20, 18), flat(10, 20, 30)), 5);
  cv::Mat one = flat(10, 10, 10);
  one.at<cv::Vec3b>(3, 4)[1] = 30;
  EXPECT_DOUBLE_EQ(mean_absolute_difference(one, flat(10, 10, 10)), 20.0 / (kHeight * kWidth * 3));
}

}  // namespace
}  // namespace flowreel
