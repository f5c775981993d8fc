#include "pipeline/consistency/meters/jitter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

// What the flow leaves: steady pans and turns measured up to 0.009 pixels and 0.009 degrees.
constexpr double kPixels = 0.02, kDegrees = 0.015;

struct Shake {
  double pixels, degrees;
};

Shake of(const Clip& clip) {
  const std::vector<Measurement> both = measured(jitter(), clip);
  return {*both[0].value * std::hypot(kWidth, kHeight) / 100, *both[1].value};
}

// The texture turned about the middle of the frame, and magnified there.
cv::Mat turned(double degrees, double zoom = 1) {
  const cv::Mat source = texture(0, 0);
  const double angle = degrees * std::numbers::pi / 180, c = std::cos(angle) / zoom,
               s = std::sin(angle) / zoom;
  cv::Mat frame(source.size(), CV_8UC3);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const double p = x - (kWidth - 1) / 2.0, q = y - (kHeight - 1) / 2.0;
      const double u = c * p - s * q + 200, v = s * p + c * q + 100;
      const double grey = 120 + 30 * std::sin(u / 7) * std::cos(v / 9) +
                          25 * std::sin(u / 17 + v / 13) + 20 * std::cos(u / 5 - v / 11);
      frame.at<cv::Vec3b>(y, x) = cv::Vec3b::all(cv::saturate_cast<uint8_t>(grey));
    }
  }
  return frame;
}

// With w = pi / 3 or pi / 2 the triples of 14 frames are whole periods: the mean of sin^2 is 1/2.
double expected(double amplitude, double w) {
  return amplitude * (2 - 2 * std::cos(w)) / std::numbers::sqrt2;
}

TEST(Jitter, OfASineIsItsSecondDifference) {
  for (const double w : {std::numbers::pi / 3, std::numbers::pi / 2}) {
    for (const double a : {0.5, 1.5, 4.0}) {
      const Clip across = clip_of(14, [=](int i) { return texture(a * std::sin(w * i), 0); });
      const Shake shake = of(across);
      EXPECT_NEAR(shake.pixels, expected(a, w), kPixels) << a << " " << w;
      EXPECT_NEAR(shake.degrees, 0, kDegrees);
    }
  }
  const double w = std::numbers::pi / 2;
  const Clip down = clip_of(14, [=](int i) { return texture(0, 2 * std::sin(w * i)); });
  EXPECT_NEAR(of(down).pixels, expected(2, w), kPixels);
}

TEST(Jitter, IsSeenUnderAPan) {
  const double a = 1.5, w = std::numbers::pi / 2;
  const Clip clip = clip_of(14, [=](int i) { return texture(3 * i + a * std::sin(w * i), i); });
  EXPECT_NEAR(of(clip).pixels, expected(a, w), kPixels);
}

TEST(Jitter, OfASteadyCameraIsNothing) {
  const auto pan = [](int i) { return texture(1.5 * i, 0.7 * i); };
  const auto turn = [](int i) { return turned(0.7 * i); };
  const auto zoom = [](int i) { return turned(0, std::pow(1.01, i)); };
  for (const std::function<cv::Mat(int)>& make :
       {std::function<cv::Mat(int)>(pan), {turn}, {zoom}}) {
    const Shake shake = of(clip_of(8, make));
    EXPECT_LT(shake.pixels, kPixels);
    EXPECT_LT(shake.degrees, kDegrees);
  }
}

TEST(Jitter, OfATurnIsInDegrees) {
  const double w = std::numbers::pi / 2;
  for (const double a : {0.3, 1.0}) {
    const Shake shake = of(clip_of(14, [=](int i) { return turned(a * std::sin(w * i)); }));
    EXPECT_NEAR(shake.degrees, expected(a, w), 0.02 * expected(a, w) + kDegrees);
    EXPECT_LT(shake.pixels, kPixels);
  }
}

// A quarter of the grid shakes by itself, and what is 8 pixels around it follows nobody.
TEST(Jitter, IsOfThePictureAsAWhole) {
  const Clip clip = clip_of(10, [](int i) {
    cv::Mat frame = texture(2 * i, 0);
    const cv::Rect part(100, 30, 60, 64);
    texture(60 + 4 * std::sin(2.1 * i), 50 + 3 * std::cos(1.9 * i))(part).copyTo(frame(part));
    return frame;
  });
  EXPECT_LT(of(clip).pixels, 2 * kPixels);
  const double coverage = measured(jitter(), clip, "jitter").coverage;
  EXPECT_GT(coverage, 0.55);
  EXPECT_LT(coverage, 0.75);
}

TEST(Jitter, OfAStillClipIsDegenerate) {
  const Measurement m = measured(jitter(), clip_of(5, [](int) { return texture(0, 0); }), "jitter");
  EXPECT_EQ(m.value, 0);
  EXPECT_EQ(m.status, Status::kDegenerateStatic);
  EXPECT_EQ(m.samples, 3);
  EXPECT_EQ(m.coverage, 1);
}

TEST(Jitter, LeavesOutTriplesAcrossACut) {
  Clip clip = clip_of(5, [](int i) { return texture(2 * i, 0); });
  for (int i = 0; i < 5; ++i) clip.push_back(cv::Scalar(255, 200, 0) - texture(0, 3 * i));
  const Measurement m = measured(jitter(), clip, "jitter");
  EXPECT_EQ(m.samples, 6);
  EXPECT_TRUE(std::isnan(m.series[4]));
  EXPECT_TRUE(std::isnan(m.series[5]));
  EXPECT_LT(of(clip).pixels, kPixels);
}

TEST(Jitter, NeedsThreeFrames) {
  for (const char* name : {"jitter", "jitter_rotation"}) {
    const Clip two = {texture(0, 0), texture(1, 0)};
    EXPECT_EQ(measured(jitter(), two, name).status, Status::kTooFewFrames);
    EXPECT_EQ(measured(jitter(), {}, name).status, Status::kTooFewFrames);
  }
}

}  // namespace
}  // namespace flowreel
