#include "pipeline/consistency/still_guard.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

bool is_still(const Clip& clip, bool with_motion = true) {
  StillGuard guard;
  FrameMoment moment;
  for (const cv::Mat& frame : clip) {
    moment.before = moment.now;
    moment.now = std::make_shared<const Picture>(frame);
    if (moment.before && with_motion)
      moment.motion = std::make_shared<const Motion>(*moment.before, *moment.now);
    guard.see(moment);
    ++moment.index;
  }
  ClipEnd end;
  end.frames = moment.index;
  return guard.still(end);
}

// Flow of these lengths, one row each of 10 pixels.
cv::Mat flow_of(const std::vector<float>& lengths) {
  cv::Mat flow(static_cast<int>(lengths.size()), 10, CV_32FC2);
  for (int y = 0; y < flow.rows; ++y)
    flow.row(y) =
        cv::Scalar(0.6 * lengths[static_cast<size_t>(y)], -0.8 * lengths[static_cast<size_t>(y)]);
  return flow;
}

TEST(Fastest, IsTheMeanOfTheLargestShare) {
  const cv::Mat flow = flow_of({1, 5, 2, 10, 0});
  EXPECT_NEAR(fastest(flow, 0.2), 10, 1e-5);
  EXPECT_NEAR(fastest(flow, 0.4), 7.5, 1e-5);
  EXPECT_NEAR(fastest(flow, 0.3), (10 * 10 + 5 * 5) / 15.0, 1e-5);
  EXPECT_NEAR(fastest(flow, 1), 3.6, 1e-5);
}

TEST(Fastest, IsOfOnePixelAtLeast) {
  cv::Mat flow = flow_of({1, 1});
  flow.at<cv::Vec2f>(1, 7) = {0, 4};
  EXPECT_NEAR(fastest(flow, 0.001), 4, 1e-6);
  EXPECT_EQ(fastest(flow_of({0, 0}), 0.02), 0);
}

TEST(StillGuard, AClipOfOnePictureIsStill) {
  EXPECT_TRUE(is_still(clip_of(5, [](int) { return texture(0, 0); })));
  EXPECT_TRUE(is_still(clip_of(5, [](int) { return flat(9, 9, 9); })));
  EXPECT_FALSE(is_still({texture(0, 0)}));  // nothing is known of its motion
  EXPECT_FALSE(is_still({}));
}

// Light that changes is no motion.
TEST(StillGuard, AFadeIsStill) {
  EXPECT_TRUE(is_still(clip_of(8, [](int i) { return texture(0, 0, i); })));
  EXPECT_TRUE(is_still(clip_of(8, [](int i) { return texture(0, 0, i % 2 * 4); })));
}

TEST(StillGuard, APanIsNot) {
  EXPECT_FALSE(is_still(clip_of(4, [](int i) { return texture(4 * i, 0); })));
  EXPECT_FALSE(is_still(clip_of(4, [](int i) { return texture(0, 0.3 * i); })));
}

// Within one pair in twelve something moves.
TEST(StillGuard, OnePairThatMovesIsEnough) {
  EXPECT_FALSE(is_still(clip_of(12, [](int i) { return texture(i == 7 ? 2 : 0, 0); })));
}

// 0.05 pixels a frame are below the limit for pairs, 29 of them above the one for the clip.
TEST(StillGuard, ASlowPanIsNotIfItGetsSomewhere) {
  const auto creep = [](int i) { return texture(0.05 * i, 0); };
  EXPECT_TRUE(is_still(clip_of(4, creep)));
  EXPECT_FALSE(is_still(clip_of(30, creep)));
}

// A patch of 4 % of the frame moves, the rest stands.
TEST(StillGuard, ASmallThingThatMovesIsEnough) {
  const auto patch = [](int i) {
    cv::Mat frame = texture(0, 0);
    texture(300 + 2 * i, 100)(cv::Rect(0, 0, 40, 25)).copyTo(frame(cv::Rect(80, 50, 40, 25)));
    return frame;
  };
  EXPECT_FALSE(is_still(clip_of(4, patch)));
}

// Without motion a pair may differ by 0.255 levels on average.
TEST(StillGuard, OfFramesTooSmallForMotionTheDifferenceDecides) {
  const auto clip = [](int changed) {
    cv::Mat next = texture(0, 0);
    for (int i = 0; i < changed; ++i) ++next.data[i];
    return Clip{texture(0, 0), texture(0, 0), next};
  };
  EXPECT_TRUE(is_still(clip(18800), false));
  EXPECT_FALSE(is_still(clip(18801), false));
}

}  // namespace
}  // namespace flowreel
