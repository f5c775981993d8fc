#include "pipeline/consistency/flicker_mc.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "errors/error.h"
#include "pipeline/consistency/optical_flow.h"

namespace flowreel {
namespace {

constexpr int64_t kHeight = 128, kWidth = 192;

// A smooth texture seen through a window at (x, y), brighter by `offset`.
at::Tensor frame(double x, double y, double offset = 0) {
  const at::Tensor u = at::arange(kWidth, at::kDouble) + x;
  const at::Tensor v = (at::arange(kHeight, at::kDouble) + y).unsqueeze(1);
  const at::Tensor grey = 120 + 30 * at::sin(u / 7) * at::cos(v / 9) +
                          25 * at::sin(u / 17 + v / 13) + 20 * at::cos(u / 5 - v / 11);
  return (grey + offset).round().clamp(0, 255).to(at::kByte).unsqueeze(2).expand({-1, -1, 3});
}

MotionFlicker measured(const std::vector<at::Tensor>& frames) {
  MotionFlickerMeter meter;
  for (const at::Tensor& each : frames) meter.see(each);
  return meter.result();
}

std::vector<at::Tensor> pan(double speed, double alternating) {
  std::vector<at::Tensor> frames;
  for (int i = 0; i < 12; ++i) frames.push_back(frame(speed * i, 0, i % 2 == 0 ? alternating : 0));
  return frames;
}

TEST(OpticalFlow, FindsATranslation) {
  // What is at p in the first frame is at p - (3, -2) in the second.
  const at::Tensor flow = optical_flow(frame(0, 0), frame(3, -2));
  const at::Tensor inner = flow.narrow(0, 16, kHeight - 32).narrow(1, 16, kWidth - 32);
  EXPECT_NEAR(inner.select(2, 0).mean().item<double>(), -3, 0.1);
  EXPECT_NEAR(inner.select(2, 1).mean().item<double>(), 2, 0.1);
  EXPECT_EQ(optical_flow(frame(0, 0), frame(0, 0)).abs().max().item<double>(), 0);
}

TEST(OpticalFlow, WarpFollowsIt) {
  const at::Tensor image = frame(0, 0).to(at::kFloat);
  at::Tensor flow = at::zeros({kHeight, kWidth, 2});
  flow.select(2, 0).fill_(2);
  const at::Tensor warped = warp(image, flow);
  EXPECT_TRUE(warped.narrow(1, 0, kWidth - 2).equal(image.narrow(1, 2, kWidth - 2)));
  EXPECT_TRUE(warped.select(1, kWidth - 1).equal(image.select(1, kWidth - 1)));  // the edge
}

TEST(OpticalFlow, HidesWhatLeavesOrDisagrees) {
  at::Tensor right = at::zeros({20, 20, 2});
  right.select(2, 0).fill_(4);
  const at::Tensor seen = visible(right, -right);
  EXPECT_TRUE(seen.narrow(1, 0, 16).all().item<bool>());
  EXPECT_FALSE(seen.narrow(1, 16, 4).any().item<bool>());  // p + w is outside
  EXPECT_FALSE(visible(right, right).any().item<bool>());
  at::Tensor torn = right.clone();
  torn.narrow(0, 10, 10).mul_(-1);
  EXPECT_FALSE(visible(torn, -torn).select(0, 9).any().item<bool>());  // an edge of the motion
}

TEST(MotionFlicker, IsNothingForAStillClip) {
  const MotionFlicker still = measured({frame(0, 0), frame(0, 0), frame(0, 0), frame(0, 0)});
  EXPECT_EQ(still.mean, 0);
  EXPECT_EQ(still.triples, 2);
  EXPECT_EQ(still.coverage, 1);
}

// An alternating offset a is there in full, however the clip moves.
TEST(MotionFlicker, SeesAnAlternatingOffset) {
  EXPECT_NEAR(*measured(pan(0, 4)).mean, 4, 1e-6);
  const MotionFlicker clean = measured(pan(4, 0)), flickers = measured(pan(4, 4));
  EXPECT_LT(*clean.mean, 1);
  EXPECT_NEAR(*flickers.mean, 4, 0.3);
  EXPECT_GT(clean.coverage, 0.8);
}

TEST(MotionFlicker, NeedsThreeFrames) {
  EXPECT_FALSE(measured({}).mean);
  EXPECT_FALSE(measured({frame(0, 0), frame(1, 0)}).mean);
}

TEST(MotionFlicker, RefusesFramesOfTwoSizes) {
  MotionFlickerMeter meter;
  meter.see(frame(0, 0));
  EXPECT_THROW(meter.see(at::zeros({64, 64, 3}, at::kByte)), DataError);
}

}  // namespace
}  // namespace flowreel
