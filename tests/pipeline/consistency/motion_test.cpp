#include "pipeline/consistency/motion.h"

#include <gtest/gtest.h>

#include "errors/error.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

cv::Mat grey(double x, double y) { return Picture(texture(x, y)).small_grey(); }

// The same flow everywhere.
cv::Mat flow_of(float x, float y, int rows = 20, int columns = 20) {
  return {rows, columns, CV_32FC2, cv::Scalar(x, y)};
}

bool equal(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0;
}

bool all(const cv::Mat& mask) { return cv::countNonZero(mask) == static_cast<int>(mask.total()); }
bool none(const cv::Mat& mask) { return cv::countNonZero(mask) == 0; }

// Mean distance of the flow from (x, y) inside a margin, in pixels.
double end_point_error(const cv::Mat& flow, double x, double y) {
  constexpr int kMargin = 16;
  const cv::Mat inner =
      flow(cv::Rect(kMargin, kMargin, flow.cols - 2 * kMargin, flow.rows - 2 * kMargin));
  return cv::mean(magnitude(inner - cv::Scalar(x, y)))[0];
}

TEST(OpticalFlow, FindsATranslation) {
  // What is at p in the first frame is at p - v in the second.
  for (const auto& [x, y] : {std::pair{3.0, -2.0}, std::pair{0.5, 0.25}, std::pair{-8.0, 0.0}})
    EXPECT_LT(end_point_error(optical_flow(grey(0, 0), grey(x, y)), -x, -y), 0.15) << x << " " << y;
}

TEST(OpticalFlow, IsNothingBetweenEqualFrames) {
  EXPECT_EQ(cv::norm(optical_flow(grey(0, 0), grey(0, 0)), cv::NORM_INF), 0);
}

TEST(OpticalFlow, DependsOnTheFramesAlone) {
  const cv::Mat first = optical_flow(grey(0, 0), grey(3, -2));
  optical_flow(grey(0, 0), grey(-9, 5));
  EXPECT_TRUE(equal(optical_flow(grey(0, 0), grey(3, -2)), first));
  const int threads = cv::getNumThreads();
  cv::setNumThreads(threads > 1 ? 1 : 4);
  const cv::Mat other = optical_flow(grey(0, 0), grey(3, -2));
  cv::setNumThreads(threads);
  EXPECT_TRUE(equal(other, first));
}

TEST(OpticalFlow, RefusesFramesThatCannotBeCompared) {
  const auto empty = [](int rows, int columns) { return cv::Mat::zeros(rows, columns, CV_8U); };
  EXPECT_THROW(optical_flow(grey(0, 0), empty(64, 64)), DataError);
  EXPECT_THROW(optical_flow(empty(15, 40), empty(15, 40)), DataError);
  EXPECT_THROW(optical_flow(empty(40, 15), empty(40, 15)), DataError);
  EXPECT_EQ(optical_flow(empty(16, 16), empty(16, 16)).size(), cv::Size(16, 16));
}

TEST(Warp, FollowsTheFlow) {
  const cv::Mat& image = Picture(texture(0, 0)).small_float().clone();
  const cv::Mat warped = warp(image, flow_of(2, 0, kHeight, kWidth));
  EXPECT_TRUE(equal(warped.colRange(0, kWidth - 2), image.colRange(2, kWidth)));
  EXPECT_TRUE(equal(warped.col(kWidth - 1), image.col(kWidth - 1)));  // the edge
  const cv::Mat up = warp(image, flow_of(0, -3, kHeight, kWidth));
  EXPECT_TRUE(equal(up.rowRange(3, kHeight), image.rowRange(0, kHeight - 3)));
  EXPECT_TRUE(equal(up.row(0), image.row(0)));
}

TEST(Warp, IsBilinearBetweenPixels) {
  cv::Mat ramp(20, 20, CV_32F);
  for (int x = 0; x < 20; ++x) ramp.col(x) = cv::Scalar(8 * x);
  const cv::Mat warped = warp(ramp, flow_of(0.25f, 0));
  EXPECT_FLOAT_EQ(warped.at<float>(4, 7), 8 * 7.25f);
  EXPECT_FLOAT_EQ(warped.at<float>(4, 19), 8 * 19);
}

TEST(Visible, HidesWhatLeaves) {
  const cv::Mat right = flow_of(4, 0);
  const cv::Mat seen = visible(right, -right);
  EXPECT_TRUE(all(seen.colRange(0, 16)));
  EXPECT_TRUE(none(seen.colRange(16, 20)));
  const cv::Mat up = flow_of(0, -3);
  EXPECT_TRUE(none(visible(up, -up).rowRange(0, 3)));
  EXPECT_TRUE(all(visible(up, -up).rowRange(3, 20)));
}

TEST(Visible, HidesWhatDisagrees) {
  EXPECT_TRUE(none(visible(flow_of(4, 0), flow_of(4, 0))));
  // |w + w'|² against 0.01 (|w|² + |w'|²) + 0.5, with w = (1, 0) and w' = (-1 + e, 0): equal at
  // e = 0.7154.
  EXPECT_TRUE(all(visible(flow_of(1, 0), flow_of(-0.29f, 0)).colRange(0, 19)));
  EXPECT_TRUE(none(visible(flow_of(1, 0), flow_of(-0.28f, 0))));
}

TEST(Visible, HidesEdgesOfTheMotion) {
  cv::Mat torn = flow_of(4, 0);
  torn.rowRange(10, 20) = cv::Scalar(-4, 0);
  const cv::Mat seen = visible(torn, -torn);
  EXPECT_TRUE(none(seen.row(9)));
  EXPECT_TRUE(all(seen(cv::Rect(4, 0, 12, 9))));
  EXPECT_TRUE(all(seen(cv::Rect(4, 10, 12, 10))));
}

// The gradient of a zoom, |∇u|² = s², against 0.01 |w|² + 0.002: s = 0.05 is above it only where
// |w| is below 0.22.
TEST(Visible, ComparesTheGradientWithTheMotion) {
  cv::Mat stretch(20, 20, CV_32FC2);
  for (int x = 0; x < 20; ++x) stretch.col(x) = cv::Scalar(0.05 * (x - 10), 0);
  const cv::Mat seen = visible(stretch, -stretch);
  EXPECT_TRUE(none(seen.colRange(6, 15)));
  EXPECT_TRUE(all(seen.colRange(2, 5)));
}

TEST(Magnitude, IsTheLength) {
  EXPECT_TRUE(equal(magnitude(flow_of(3, -4)), cv::Mat(20, 20, CV_32F, cv::Scalar(5))));
}

TEST(Motion, GoesBothWays) {
  const Picture before(texture(0, 0)), now(texture(3, 1));
  const Motion motion(before, now);
  EXPECT_TRUE(equal(motion.onward, optical_flow(before.small_grey(), now.small_grey())));
  EXPECT_TRUE(equal(motion.back, optical_flow(now.small_grey(), before.small_grey())));
  EXPECT_LT(end_point_error(motion.onward, -3, -1), 0.15);
  EXPECT_LT(end_point_error(motion.back, 3, 1), 0.15);
  EXPECT_TRUE(equal(motion.seen_onward, visible(motion.onward, motion.back)));
  EXPECT_TRUE(equal(motion.seen_back, visible(motion.back, motion.onward)));
  // Three columns leave to the left, and come from there.
  EXPECT_TRUE(none(motion.seen_onward.colRange(0, 2)));
  EXPECT_TRUE(none(motion.seen_back.colRange(kWidth - 2, kWidth)));
  EXPECT_GT(cv::countNonZero(motion.seen_onward), 0.8 * kHeight * kWidth);
}

}  // namespace
}  // namespace flowreel
