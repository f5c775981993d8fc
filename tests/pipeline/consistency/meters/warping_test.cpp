#include "pipeline/consistency/meters/warping.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

Measurement of(const Clip& clip, const char* name = "warping_error") {
  return measured(warping(), clip, name);
}

TEST(WarpingError, OfAStillClipIsNothing) {
  const Clip clip = clip_of(4, [](int) { return texture(0, 0); });
  const Measurement m = of(clip);
  EXPECT_EQ(m.value, 0);
  EXPECT_EQ(m.status, Status::kDegenerateStatic);
  EXPECT_EQ(m.samples, 3);
  EXPECT_EQ(m.coverage, 1);
}

// What does not move and changes by a levels has (a / 255)^2 in each channel that does.
TEST(WarpingError, IsTheMeanSquareOverPixelsAndChannels) {
  const double a = 6;
  const cv::Mat still = texture(0, 0);
  const auto alternating = [&](const cv::Scalar& offset) {
    return clip_of(4, [&](int i) { return i % 2 == 0 ? still : cv::Mat(still + offset); });
  };
  const double square = a * a / (255 * 255);
  EXPECT_NEAR(*of(alternating({a, a, a})).value, square, 1e-6 * square);
  EXPECT_NEAR(*of(alternating({a, 0, 0})).value, square / 3, 1e-3 * square);
}

TEST(WarpingError, OfAPanIsNearNothing) {
  for (const cv::Point& speed : {cv::Point(1, 0), cv::Point(4, 0), cv::Point(3, 2)}) {
    const Clip clip = clip_of(5, [&](int i) { return texture(speed.x * i, speed.y * i); });
    EXPECT_LT(*of(clip).value, 1e-6);
    EXPECT_LT(*of(clip, "warping_ratio").value, 1e-3);
    EXPECT_GT(of(clip).coverage, 0.9);
    EXPECT_LT(of(clip).coverage, 1);  // what leaves the frame
  }
}

TEST(WarpingError, CountsEveryPairAlike) {
  // Pairs that see little of the picture have another error than those that see all of it.
  const Clip clip = {texture(0, 0, 0), texture(0, 0, 5), texture(20, 0, 0), texture(20, 0, 0)};
  const Measurement m = of(clip);
  ASSERT_EQ(m.samples, 3);
  EXPECT_DOUBLE_EQ(*m.value, (m.series[1] + m.series[2] + m.series[3]) / 3);
  EXPECT_GT(m.series[1], 10 * m.series[3]);
  EXPECT_LT(m.coverage, 0.99);
}

TEST(WarpingError, LeavesOutPairsAcrossACut) {
  Clip clip = clip_of(5, [](int i) { return texture(2 * i, 0); });
  const double alone = *of(clip).value;
  for (int i = 0; i < 3; ++i) clip.push_back(flat(255, 0, 0));
  const Measurement m = of(clip);
  EXPECT_EQ(m.samples, 4 + 2);
  EXPECT_TRUE(std::isnan(m.series[5]));
  EXPECT_NEAR(*m.value, alone * 4 / 6, 1e-15);
}

// With no motion to be had, the motion explains nothing.
TEST(WarpingRatio, OfAFlickerIsOne) {
  const Clip clip = clip_of(5, [](int i) { return texture(0, 0, i % 2 == 0 ? 4 : 0); });
  const Measurement m = of(clip, "warping_ratio");
  EXPECT_NEAR(*m.value, 1, 1e-4);
  EXPECT_NEAR(m.series[2], 1, 1e-4);
}

// Mean square of (a - b) / 255 over the channels of the pixels in the mask.
double mean_square(const cv::Mat& a, const cv::Mat& b, const cv::Mat& mask) {
  const cv::Mat difference = (a - b) / 255, square = difference.mul(difference);
  const cv::Scalar mean = cv::mean(square, mask);
  return (mean[0] + mean[1] + mean[2]) / 3;
}

TEST(WarpingRatio, IsTheErrorOverTheChangeOfTheSamePixels) {
  const Picture one(texture(0, 0)), two(texture(5, 1) - cv::Scalar(9, 0, 3));
  const Motion motion(one, two);
  const cv::Mat carried = warp(two.small_float(), motion.onward);
  const double error = mean_square(carried, one.small_float(), motion.seen_onward),
               change = mean_square(two.small_float(), one.small_float(), motion.seen_onward);
  const Clip clip = {one.rgb(), two.rgb()};
  EXPECT_NEAR(*of(clip).value, error, 1e-6 * error);
  EXPECT_NEAR(*of(clip, "warping_ratio").value, error / change, 1e-6);
  EXPECT_NEAR(of(clip, "warping_ratio").series[1], error / change, 1e-6);
  EXPECT_EQ(of(clip, "warping_ratio").coverage, of(clip).coverage);
  EXPECT_DOUBLE_EQ(of(clip).coverage,
                   cv::countNonZero(motion.seen_onward) / (kWidth * kHeight * 1.0));
}

TEST(WarpingRatio, DoesNotApplyWhereNothingChanges) {
  const Measurement m = of(clip_of(4, [](int) { return texture(0, 0); }), "warping_ratio");
  EXPECT_EQ(m.status, Status::kNotApplicable);
  EXPECT_FALSE(m.value);
}

TEST(Warping, NeedsTwoFrames) {
  for (const char* name : {"warping_error", "warping_ratio"}) {
    EXPECT_EQ(of({texture(0, 0)}, name).status, Status::kTooFewFrames);
    EXPECT_EQ(of({}, name).status, Status::kTooFewFrames);
  }
}

}  // namespace
}  // namespace flowreel
