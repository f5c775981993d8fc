#include "pipeline/consistency/reference/flow_difference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

Measurement tof(const Clip& reference, const Clip& clip) {
  FlowDifference difference;
  for (size_t i = 0; i < clip.size(); ++i) difference.see(reference[i], clip[i]);
  return difference.finish();
}

Clip pan(int frames, double x, double y = 0) {
  return clip_of(frames, [=](int i) { return texture(x * i, y * i); });
}

TEST(FlowDifference, IsZeroForEqualMotion) {
  EXPECT_EQ(tof(pan(8, 2), pan(8, 2)).value, 0);
  // Brighter by a constant: Farneback's fit of second order has the same gradients.
  const Clip brighter = clip_of(8, [](int i) { return texture(2 * i, 0, 10); });
  EXPECT_NEAR(tof(pan(8, 2), brighter).value.value(), 0, 1e-4);
}

// Fine texture, on which Farneback errs by some hundredths of a pixel, moving by whole ones.
Clip fine(int frames, int x, int y = 0) {
  static const cv::Mat all = [] {
    cv::Mat noise(kHeight + 64, kWidth + 64, CV_8UC3), soft;
    cv::RNG(1).fill(noise, cv::RNG::UNIFORM, 0, 256);
    cv::GaussianBlur(noise, soft, {}, 1.5);
    return soft;
  }();
  return clip_of(frames, [=](int i) {
    return all(cv::Rect(32 + x * i, 32 + y * i, kWidth, kHeight)).clone();
  });
}

TEST(FlowDifference, IsTheLengthOfTheDifference) {
  EXPECT_NEAR(tof(fine(8, 1), fine(8, 2)).value.value(), 1, 0.02);
  EXPECT_NEAR(tof(fine(8, 0), fine(8, 3, 4)).value.value(), 5, 0.05);
  EXPECT_NEAR(tof(fine(8, 2), fine(8, -1)).value.value(), 3, 0.03);
}

TEST(FlowDifference, LeavesOutTwoFramesAtEitherEnd) {
  Clip clip = pan(9, 2);
  for (const int i : {0, 1, 7, 8}) clip[i] = flat(40, 50, 60);
  const Measurement m = tof(pan(9, 2), clip);
  EXPECT_EQ(m.value, 0);
  EXPECT_EQ(m.samples, 4);  // 2-3, 3-4, 4-5, 5-6
  ASSERT_EQ(m.series.size(), 9U);
  EXPECT_TRUE(std::isnan(m.series[2]));
  EXPECT_EQ(m.series[3], 0);
  EXPECT_EQ(m.series[6], 0);
  EXPECT_TRUE(std::isnan(m.series[7]));
  EXPECT_EQ(m.note, "");
  clip[6] = flat(40, 50, 60);
  EXPECT_GT(tof(pan(9, 2), clip).value, 0.1);
}

TEST(FlowDifference, TakesShortClipsWhole) {
  const Measurement m = tof(fine(5, 1), fine(5, 2));
  EXPECT_EQ(m.samples, 4);
  EXPECT_NEAR(m.value.value(), 1, 0.02);
  EXPECT_EQ(m.note, "fewer than 6 frames: none left out at the ends");
  EXPECT_EQ(tof(pan(6, 1), pan(6, 2)).samples, 1);
  EXPECT_EQ(tof(pan(1, 1), pan(1, 2)).status, Status::kTooFewFrames);
  EXPECT_EQ(tof({}, {}).status, Status::kTooFewFrames);
}

// 192x128: 160x96 in the middle counts, since 192 - 16 and 128 - 16 hold 5 and 3 times 32.
TEST(FlowDifference, CountsTheMiddleAlone) {
  EXPECT_NEAR(tof(pan(3, 0), pan(3, 0)).coverage, 160 * 96 / (192 * 128.0), 1e-12);
  const Clip still = pan(3, 0), moving = pan(3, 1);
  cv::Mat flow;
  cv::Mat grey[2];
  for (int i = 0; i < 2; ++i) cv::extractChannel(moving[i], grey[i], 0);
  cv::calcOpticalFlowFarneback(grey[0], grey[1], flow, 0.5, 3, 15, 3, 5, 1.2, 0);
  double sum = 0;
  for (int y = 16; y < 112; ++y) {
    for (int x = 16; x < 176; ++x)
      sum += std::hypot(flow.at<cv::Vec2f>(y, x)[0], flow.at<cv::Vec2f>(y, x)[1]);
  }
  EXPECT_NEAR(tof(still, moving).series[1], sum / (160 * 96), 1e-5);
}

TEST(FlowDifference, TakesSmallFramesWhole) {
  Clip small = pan(3, 1);
  for (cv::Mat& frame : small) frame = frame(cv::Rect(0, 0, 47, 20)).clone();
  const Measurement m = tof(small, small);
  EXPECT_EQ(m.value, 0);
  EXPECT_EQ(m.coverage, 1);
  EXPECT_NE(m.note.find("a side below 48 pixels is taken whole"), std::string::npos);
}

}  // namespace
}  // namespace flowreel
