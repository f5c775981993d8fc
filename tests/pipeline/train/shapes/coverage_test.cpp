#include "pipeline/train/shapes/coverage.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "pipeline/train/shapes/outline.h"

namespace flowreel::shapes {
namespace {

class CoverageOf : public testing::TestWithParam<int> {
 protected:
  const Kind kind_ = static_cast<Kind>(GetParam());
};

// The coverage of 120 x 100 pixels by one pose.
at::Tensor coverage(Kind kind, const PixelPose& pose) {
  return (0.5 - signed_distance(kind, {pose}, {0, 0, 120, 100}, at::kCPU)[0]).clamp(0, 1);
}

TEST_P(CoverageOf, AreaAndCentroidAreTheAnalyticOnes) {
  for (const PixelPose& pose : {PixelPose{60, 50, 30, 0}, PixelPose{52.3, 47.9, 20.4, 0.13},
                                PixelPose{61.8, 50.2, 9.5, -0.4}}) {
    const at::Tensor covered = coverage(kind_, pose).to(at::kDouble);
    const double sum = covered.sum().item<double>();
    EXPECT_NEAR(sum / (area(kind_) * pose.radius * pose.radius), 1, 0.02) << name(kind_);
    const at::Tensor x = at::arange(120, at::kDouble) + 0.5;
    const at::Tensor y = at::arange(100, at::kDouble) + 0.5;
    EXPECT_NEAR((covered * x).sum().item<double>() / sum, pose.x, 0.1) << name(kind_);
    EXPECT_NEAR((covered * y.unsqueeze(1)).sum().item<double>() / sum, pose.y, 0.1) << name(kind_);
  }
}

TEST_P(CoverageOf, ReachIsTheFarthestPoint) {
  const at::Tensor inside = signed_distance(kind_, {{60, 50, 30, 0.03}}, {0, 0, 120, 100}, at::kCPU)
                                .select(0, 0)
                                .lt(0)
                                .nonzero()
                                .to(at::kDouble);
  const at::Tensor away = inside + 0.5 - at::tensor({50.0, 60.0}, at::kDouble);
  const double farthest = away.square().sum(1).sqrt().max().item<double>();
  EXPECT_LE(farthest, reach(kind_) * 30);
  EXPECT_GE(farthest, reach(kind_) * 30 - (kind_ == Kind::kStar ? 4 : 2)) << name(kind_);
}

// A quarter turn of the pose is a quarter turn of the picture, clockwise.
TEST_P(CoverageOf, TurnsClockwise) {
  const at::Tensor before = coverage(kind_, {50, 50, 25, 0.02}).narrow(1, 0, 100);
  const at::Tensor after = coverage(kind_, {50, 50, 25, 0.27}).narrow(1, 0, 100);
  EXPECT_LE((at::rot90(before, -1) - after).abs().max().item<double>(), 1e-4) << name(kind_);
}

// Edges are soft over about a pixel: some values lie between, near the outline alone.
TEST_P(CoverageOf, EdgesAreSoft) {
  const at::Tensor covered = coverage(kind_, {60.2, 50.4, 25, 0.04});
  const int64_t between = ((covered > 0.05) & (covered < 0.95)).sum().item<int64_t>();
  EXPECT_GE(between, 100) << name(kind_);
  EXPECT_LE(between, 500) << name(kind_);
  // Distance changes by one a pixel there: no blur.
  const at::Tensor distance =
      signed_distance(kind_, {{60.2, 50.4, 25, 0.04}}, {0, 0, 120, 100}, at::kCPU)[0];
  const at::Tensor down = (distance.narrow(0, 2, 98) - distance.narrow(0, 0, 98)) / 2;
  const at::Tensor across = (distance.narrow(1, 2, 118) - distance.narrow(1, 0, 118)) / 2;
  const at::Tensor steepness =
      (down.narrow(1, 1, 118).square() + across.narrow(0, 1, 98).square()).sqrt();
  const at::Tensor near = distance.narrow(0, 1, 98).narrow(1, 1, 118).abs() < 1;
  EXPECT_NEAR(steepness.masked_select(near).median().item<double>(), 1, 0.01) << name(kind_);
}

TEST_P(CoverageOf, AWindowHoldsAllThatIsTouchedAndChangesNothing) {
  const std::vector<PixelPose> poses = {{40.7, 30.1, 12, 0.1}, {50.2, 36, 9, 0.2}};
  const Window window = window_of(kind_, poses, 100, 120);
  const Window whole = {0, 0, 120, 100};
  at::Tensor full = (0.5 - signed_distance(kind_, poses, whole, at::kCPU)).clamp(0, 1);
  at::Tensor part = full.narrow(1, window.y, window.height).narrow(2, window.x, window.width);
  EXPECT_TRUE(at::equal(part, (0.5 - signed_distance(kind_, poses, window, at::kCPU)).clamp(0, 1)));
  part.zero_();
  EXPECT_EQ(full.sum().item<double>(), 0);
  EXPECT_LT(window.width * window.height, 60 * 60);
}

INSTANTIATE_TEST_SUITE_P(Coverage, CoverageOf, testing::Range(0, kKinds));

TEST(Coverage, WindowsAreCutToTheFrame) {
  const Window cut = window_of(Kind::kCircle, {{2, 98, 10, 0}}, 100, 120);
  EXPECT_EQ(cut.x, 0);
  EXPECT_EQ(cut.y, 87);
  EXPECT_EQ(cut.width, 13);
  EXPECT_EQ(cut.height, 13);
  EXPECT_EQ(window_of(Kind::kCircle, {{-40, 50, 10, 0}}, 100, 120).width, 0);
  EXPECT_EQ(window_of(Kind::kCircle, {{400, 50, 10, 0}}, 100, 120).width, 0);
}

// Distances at points where they are known.
TEST(Coverage, KnownDistances) {
  const auto at_pixel = [](Kind kind, int64_t x, int64_t y) {
    return signed_distance(kind, {{50.5, 50.5, 20, 0}}, {50 + x, 50 + y, 1, 1}, at::kCPU)
        .item<double>();
  };
  EXPECT_NEAR(at_pixel(Kind::kCircle, 0, 0), -20, 1e-5);
  EXPECT_NEAR(at_pixel(Kind::kCircle, 24, 18), 10, 1e-5);
  EXPECT_NEAR(at_pixel(Kind::kRing, 0, 0), 20 * kRingHole, 1e-5);
  EXPECT_NEAR(at_pixel(Kind::kSquare, 25, 3), 25 - 18, 1e-5);
  EXPECT_NEAR(at_pixel(Kind::kCross, 10, 12), 10 - 20 * kCrossWidth, 1e-5);
  EXPECT_NEAR(at_pixel(Kind::kTriangle, 0, 20), 20 - 13.5, 1e-5);  // below the side
  EXPECT_LT(at_pixel(Kind::kTriangle, 0, -26), 0);                 // in the upper corner
  EXPECT_LT(at_pixel(Kind::kStar, 0, -26), 0);
  EXPECT_GT(at_pixel(Kind::kStar, 0, 20), 0);  // between two lower tips
  const double inner = 27 * std::cos(0.4 * std::numbers::pi);
  EXPECT_NEAR(at_pixel(Kind::kStar, 0, 0), -inner, 1e-4);
}

}  // namespace
}  // namespace flowreel::shapes
