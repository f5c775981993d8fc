#include "pipeline/consistency/meters/first_frame_jump.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

// What the meter says of grey frames of these levels.
Measurement of(const std::vector<int>& levels, ClipEnd end = {}) {
  const std::unique_ptr<Meter> meter = first_frame_jump().make({});
  FrameMoment moment;
  for (const int level : levels) {
    moment.before = moment.now;
    moment.now = std::make_shared<const Picture>(flat(level, level, level));
    meter->see(moment);
    ++moment.index;
  }
  end.frames = moment.index;
  return meter->finish(end)[0];
}

TEST(FirstFrameJump, IsTheFirstStepOverTheMedianOfTheNextFour) {
  const Measurement m = of({50, 80, 82, 86, 87, 97});  // 30; 2, 4, 1, 10
  EXPECT_DOUBLE_EQ(*m.value, 10);
  EXPECT_EQ(m.status, Status::kOk);
  EXPECT_EQ(m.samples, 5);
  // Later frames do not count.
  EXPECT_DOUBLE_EQ(*of({50, 80, 82, 86, 87, 97, 255, 0, 255}).value, 10);
}

TEST(FirstFrameJump, IsAboutOneForAPan) {
  const Clip clip = clip_of(7, [](int i) { return texture(3 * i, 0); });
  const Measurement clean = measured(first_frame_jump(), clip, "first_frame_jump");
  EXPECT_EQ(clean.status, Status::kOk);
  EXPECT_NEAR(*clean.value, 1, 0.1);
  Clip defect = clip;
  defect[0] = texture(0, 0, 40);
  EXPECT_GT(*measured(first_frame_jump(), defect, "first_frame_jump").value, 3);
}

TEST(FirstFrameJump, NeedsSixFrames) {
  EXPECT_EQ(of({}).status, Status::kTooFewFrames);
  EXPECT_EQ(of({1, 2, 3, 4, 5}).status, Status::kTooFewFrames);
  EXPECT_EQ(of({1, 2, 3, 4, 5, 6}).status, Status::kOk);
}

TEST(FirstFrameJump, HasNoMeasureWhereNothingChanges) {
  const Measurement frozen = of({9, 5, 5, 5, 5, 5});
  EXPECT_EQ(frozen.status, Status::kNotApplicable);
  EXPECT_FALSE(frozen.value);
  const Measurement still = of({5, 5, 5, 5, 5, 5}, {0, {}, true});
  EXPECT_EQ(still.status, Status::kDegenerateStatic);
  EXPECT_FALSE(still.value);
  EXPECT_EQ(of({4, 5, 6, 7, 8, 9}, {0, {}, true}).status, Status::kDegenerateStatic);
}

// A first frame that is a scene of its own is what this is to find.
TEST(FirstFrameJump, CountsTheFirstPairAcrossACut) {
  const Measurement m = of({250, 80, 82, 84, 86, 88}, {0, {1}, false});
  EXPECT_DOUBLE_EQ(*m.value, 85);
  EXPECT_EQ(m.note, "frame 1 begins a scene");
}

TEST(FirstFrameJump, LeavesOutLaterPairsAcrossACut) {
  const Measurement m = of({50, 60, 62, 200, 204, 210}, {0, {3}, false});  // 2, -, 4, 6
  EXPECT_DOUBLE_EQ(*m.value, 2.5);
  EXPECT_EQ(m.samples, 4);
}

TEST(FirstFrameJump, DoesNotKnowLeftFromRight) {
  const Clip clip = clip_of(6, [](int i) { return texture(i * i, i); });
  Clip mirrored;
  for (const cv::Mat& frame : clip) cv::flip(frame, mirrored.emplace_back(), 1);
  EXPECT_EQ(measured(first_frame_jump(), clip, "first_frame_jump").value,
            measured(first_frame_jump(), mirrored, "first_frame_jump").value);
}

}  // namespace
}  // namespace flowreel
