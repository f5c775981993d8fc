#include "pipeline/consistency/features/lpips_meter.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/pipeline/consistency/features/test_networks.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

// By how much frames in -1..1 grow brighter, which tells the first from the second.
at::Tensor mean_difference(const std::vector<at::Tensor>& inputs) {
  return (inputs[1] - inputs[0]).clamp_min(0).mean().view({1, 1, 1, 1});
}

Measurement of(const Clip& clip) {
  return measured(lpips_meter(model_of(FeatureRole::kLpips, mean_difference)), clip,
                  "lpips_adjacent");
}

TEST(LpipsAdjacent, IsTheMeanOfNeighbours) {
  const Measurement m = of({texture(0, 0), texture(0, 0, 6), texture(0, 0, 9)});
  ASSERT_EQ(m.samples, 2);
  EXPECT_NEAR(m.series[1], 6 / 127.5, 1e-6);
  EXPECT_NEAR(m.series[2], 3 / 127.5, 1e-6);
  EXPECT_NEAR(*m.value, 4.5 / 127.5, 1e-6);
}

TEST(LpipsAdjacent, LeavesOutPairsAcrossACut) {
  Clip clip = clip_of(5, [](int i) { return texture(2 * i, 0); });
  for (int i = 0; i < 3; ++i) clip.push_back(flat(255, 0, 0));
  EXPECT_EQ(of(clip).samples, 6);
  EXPECT_TRUE(std::isnan(of(clip).series[5]));
}

TEST(LpipsAdjacent, NeedsTwoFramesThatMove) {
  EXPECT_EQ(of({texture(0, 0)}).status, Status::kTooFewFrames);
  EXPECT_EQ(of({}).status, Status::kTooFewFrames);
  const Measurement still = of(clip_of(3, [](int) { return texture(0, 0); }));
  EXPECT_EQ(still.status, Status::kDegenerateStatic);
  EXPECT_EQ(still.value, 0);
}

}  // namespace
}  // namespace flowreel
