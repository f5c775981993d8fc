#include "pipeline/consistency/meters/motion_degree.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel {
namespace {

using namespace test;

// The shorter side is 128: VBench's thresholds are 3 pixels (dynamic) and 1.5 (static).
Measurement of(const Clip& clip, const char* name, double fps = 8) {
  ClipFacts facts;
  facts.fps = fps;
  return measured(motion_degree(), clip, name, facts);
}

Clip pan(int frames, double speed) {
  return clip_of(frames, [speed](int i) { return texture(speed * i, 0); });
}

// Still but for `moves` steps there and back.
Clip steps(int frames, int moves, double size) {
  return clip_of(frames, [=](int i) { return texture(std::min(i, moves) % 2 == 0 ? 0 : size, 0); });
}

TEST(MotionDegree, OfAStillClipIsNothingAndSaysSo) {
  for (const char* name :
       {"motion_degree", "motion_degree_p95", "dynamic_degree_dis", "dynamic_degree_dis_score"}) {
    const Measurement m = of(pan(8, 0), name);
    EXPECT_EQ(m.value, 0) << name;
    EXPECT_EQ(m.status, Status::kOk);
    EXPECT_EQ(m.samples, 7);
  }
  EXPECT_EQ(of(pan(8, 0), "static_filter_dis").value, 1);
}

TEST(MotionDegree, OfAPanIsItsSpeed) {
  const double diagonal = std::hypot(kWidth, kHeight);
  for (const double speed : {1.0, 3.0, 8.0}) {
    for (const double fps : {12.0, 24.0}) {
      const double expected = speed * fps / diagonal;
      EXPECT_NEAR(*of(pan(4, speed), "motion_degree", fps).value, expected, 0.02 * expected);
      EXPECT_NEAR(*of(pan(4, speed), "motion_degree_p95", fps).value, expected, 0.03 * expected);
    }
  }
}

// A quarter of the picture moves: the mean has a quarter of its speed, the percentile all of it.
TEST(MotionDegree, TellsAPartThatMoves) {
  const Clip clip = clip_of(4, [](int i) {
    cv::Mat frame = texture(0, 0);
    const cv::Rect part(48, 32, 96, 64);
    texture(40 + 4 * i, 40)(part).copyTo(frame(part));
    return frame;
  });
  const double one_pixel = 8 / std::hypot(kWidth, kHeight);
  EXPECT_NEAR(*of(clip, "motion_degree").value, 1 * one_pixel, 0.1 * one_pixel);
  EXPECT_NEAR(*of(clip, "motion_degree_p95").value, 4 * one_pixel, 0.2 * one_pixel);
}

// At 8 frames a second each frame is looked at; 16 of them need round(4) pairs.
TEST(DynamicDegree, NeedsAQuarterOfTheFramesToMove) {
  EXPECT_EQ(of(steps(16, 3, 6), "dynamic_degree_dis").value, 0);
  EXPECT_EQ(of(steps(16, 4, 6), "dynamic_degree_dis").value, 1);
  EXPECT_EQ(of(steps(16, 8, 2), "dynamic_degree_dis").value, 0);  // below 3 pixels
  const Measurement score = of(steps(16, 4, 6), "dynamic_degree_dis_score");
  EXPECT_EQ(score.samples, 15);
  // The largest 5 % of flow that is about 6 everywhere: a little more.
  EXPECT_GT(score.series[1], 6 / 3.0);
  EXPECT_LT(score.series[1], 6.6 / 3);
  EXPECT_EQ(score.series[9], 0);
  EXPECT_DOUBLE_EQ(*score.value,
                   (score.series[1] + score.series[2] + score.series[3] + score.series[4]) / 15);
}

TEST(DynamicDegree, LooksEightTimesASecond) {
  // 1.3 pixels a frame: too slow for 8 frames a second, 3.9 between every third of 24.
  EXPECT_EQ(of(pan(12, 1.3), "dynamic_degree_dis", 8).value, 0);
  EXPECT_EQ(of(pan(12, 1.3), "dynamic_degree_dis", 24).value, 1);
  const Measurement score = of(pan(12, 1.3), "dynamic_degree_dis_score", 24);
  EXPECT_EQ(score.samples, 3);
  EXPECT_TRUE(std::isnan(score.series[5]));
  EXPECT_NEAR(score.series[6], 3.9 / 3, 0.1);
}

// Python rounds 2.5 to 2 and 3.5 to 4.
TEST(DynamicDegree, RoundsHalvesToEven) {
  EXPECT_EQ(of(pan(12, 0), "dynamic_degree_dis_score", 20).samples, 5);  // 0, 2, …, 10
  EXPECT_EQ(of(pan(12, 0), "dynamic_degree_dis_score", 28).samples, 2);  // 0, 4, 8
  EXPECT_EQ(of(pan(5, 0), "dynamic_degree_dis_score", 1).samples, 4);    // at least every one
}

// Of two frames round(4 * 2 / 16) = 0 would have to move.
TEST(DynamicDegree, NeedsThreeFramesThatAreLookedAt) {
  for (const char* name : {"dynamic_degree_dis", "dynamic_degree_dis_score"}) {
    EXPECT_EQ(of(pan(2, 9), name).status, Status::kTooFewFrames);
    EXPECT_EQ(of(pan(6, 9), name, 24).status, Status::kTooFewFrames);
    EXPECT_EQ(of(pan(7, 9), name, 24).status, Status::kOk);
    EXPECT_EQ(of({}, name).status, Status::kTooFewFrames);
  }
}

Clip two_still_scenes() {
  Clip clip = pan(10, 0);
  for (int i = 0; i < 10; ++i) clip.push_back(flat(255, 0, 0));
  return clip;
}

TEST(DynamicDegree, LeavesOutPairsAcrossACut) {
  // Every third frame: 0, 3, 6, 9 | 12, 15, 18.
  const Measurement score = of(two_still_scenes(), "dynamic_degree_dis_score", 24);
  EXPECT_EQ(score.samples, 5);
  EXPECT_TRUE(std::isnan(score.series[12]));
  EXPECT_EQ(score.value, 0);
}

// 16 frames allow round(2) pairs.
TEST(StaticFilter, AllowsAnEighthOfTheFramesToMove) {
  EXPECT_EQ(of(steps(16, 2, 2), "static_filter_dis").value, 1);
  EXPECT_EQ(of(steps(16, 3, 2), "static_filter_dis").value, 0);
  EXPECT_EQ(of(steps(16, 15, 1), "static_filter_dis").value, 1);  // below 1.5 pixels
}

// First and last frame may be 2 * 2 * 1.5 = 6 pixels apart.
TEST(StaticFilter, ComparesTheFirstFrameWithTheLast) {
  EXPECT_EQ(of(pan(16, 0.3), "static_filter_dis").value, 1);
  EXPECT_EQ(of(pan(16, 0.6), "static_filter_dis").value, 0);
}

TEST(StaticFilter, DoesNotCompareAcrossACut) {
  const Measurement m = of(two_still_scenes(), "static_filter_dis");
  EXPECT_EQ(m.value, 1);
  EXPECT_EQ(m.samples, 18);
  EXPECT_FALSE(m.note.empty());
}

TEST(StaticFilter, NeedsFiveFrames) {
  EXPECT_EQ(of(pan(4, 0), "static_filter_dis").status, Status::kTooFewFrames);
  EXPECT_EQ(of(pan(5, 0), "static_filter_dis").status, Status::kOk);
}

TEST(MotionDegree, NeedsTwoFrames) {
  for (const char* name : {"motion_degree", "motion_degree_p95"}) {
    EXPECT_EQ(of({texture(0, 0)}, name).status, Status::kTooFewFrames);
    EXPECT_EQ(of({}, name).status, Status::kTooFewFrames);
  }
}

}  // namespace
}  // namespace flowreel
