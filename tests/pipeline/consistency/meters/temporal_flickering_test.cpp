#include "pipeline/consistency/meters/temporal_flickering.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

Measurement of(const Clip& clip) {
  return measured(temporal_flickering(), clip, "temporal_flickering");
}

TEST(TemporalFlickering, AStillClipIsPerfectAndDegenerate) {
  const Measurement m = of(clip_of(8, [](int) { return texture(0, 0); }));
  EXPECT_EQ(m.value, 1);
  EXPECT_EQ(m.status, Status::kDegenerateStatic);
  EXPECT_EQ(m.samples, 7);
}

TEST(TemporalFlickering, AnOffsetThatAlternatesCostsItself) {
  for (const int a : {1, 5}) {
    const Clip clip = clip_of(9, [a](int i) { return texture(0, 0, i % 2 == 0 ? a : 0); });
    EXPECT_NEAR(*of(clip).value, 1 - a / 255.0, 1e-12);
  }
}

TEST(TemporalFlickering, ALinearFadeCostsItsStep) {
  const Clip clip = clip_of(20, [](int i) { return texture(0, 0, i); });
  EXPECT_NEAR(*of(clip).value, 1 - 1 / 255.0, 1e-12);
}

TEST(TemporalFlickering, CountsEveryChannelAndCuts) {
  const Clip clip = {flat(0, 0, 0), flat(0, 0, 0), flat(255, 0, 0), flat(255, 0, 0)};
  const Measurement m = of(clip);
  EXPECT_NEAR(*m.value, 1 - 1 / 9.0, 1e-12);
  EXPECT_NEAR(m.series[2], 1 - 1 / 3.0, 1e-12);
}

TEST(TemporalFlickering, NeedsTwoFrames) {
  EXPECT_EQ(of({texture(0, 0)}).status, Status::kTooFewFrames);
  EXPECT_EQ(of({}).status, Status::kTooFewFrames);
}

}  // namespace
}  // namespace flowreel
