#include "pipeline/consistency/result_table.h"

#include <gtest/gtest.h>

#include "pipeline/consistency/columns.h"
#include "tests/pipeline/consistency/test_results.h"

namespace flowreel {
namespace {

using namespace test;

ClipResult example(const std::string& name) {
  Measurement flicker = value_of(kFlicker, 0.123456789);
  flicker.coverage = 0.9731;
  return clip_named(name, {value_of(kLikeness, 1, Status::kDegenerateStatic), flicker,
                           value_of(kMotion, 12.5), no_value(kStillRatio, Status::kTooFewFrames)});
}

TEST(ResultTable, OneClipIsABlock) {
  Results results;
  results.clips = {example("猫.mp4")};
  results.clips[0].end.cuts = {3, 5};
  results.clips[0].warnings = {"variable\nframe rate"};
  EXPECT_EQ(results_table(results),
            "猫.mp4: 64x48, 24 fps, 8 frames, cuts at 3 5\n"
            "  likeness       1               ↑  n=7        static\n"
            "  flicker        0.12346 levels  ↓  n=7  97 %\n"
            "  motion_degree  12.5 1/s        ·  n=7\n"
            "  still_ratio    -               ↓             too_few_frames\n"
            "  warning: variable\\x0aframe rate\n");
}

TEST(ResultTable, TwoClipsStandSideBySide) {
  Results results;
  results.clips = {example("a_name_that_is_rather_long_heun.mp4"), example("b.mp4")};
  results.clips[1].measurements.erase(results.clips[1].measurements.begin());
  results.clips[1].end.still = true;
  results.clips[1].warnings = {"dark"};
  EXPECT_EQ(results_table(results),
            "a_name_that_is_rather_long_heun.mp4: 64x48, 24 fps, 8 frames\n"
            "b.mp4: 64x48, 24 fps, 8 frames, stands still\n"
            "                            …ather_long_heun.mp4  b.mp4\n"
            "  likeness       ↑          1 static              -\n"
            "  flicker        ↓  levels  0.12346               0.12346\n"
            "  motion_degree  ·  1/s     12.5                  12.5\n"
            "  still_ratio    ↓          - too_few_frames      - too_few_frames\n"
            "  warning: b.mp4: dark\n");
}

TEST(ResultTable, FiveClipsAreBlocks) {
  Results results;
  for (int i = 0; i < 5; ++i) results.clips.push_back(example("c" + std::to_string(i)));
  const std::string text = results_table(results);
  EXPECT_NE(text.find("\n\nc1: 64x48"), std::string::npos);
  EXPECT_EQ(text.find("c0: 64x48"), 0u);
}

TEST(ResultTable, FitsTheTerminal) {
  Results results;
  for (int i = 0; i < 4; ++i)
    results.clips.push_back(example(std::to_string(i) + std::string(150, 'x') + ".mp4"));
  for (ClipResult& clip : results.clips) {
    clip.warnings = {std::string(300, 'w')};
    for (Measurement& m : clip.measurements) {
      if (m.value) m.value = -1.23456789e-100;
      m.status = Status::kWeightsMissing;
    }
  }
  EXPECT_LE(longest_line(results_table(results)), kTableWidth);
  results.clips.resize(2);
  EXPECT_LE(longest_line(results_table(results)), kTableWidth);
}

}  // namespace
}  // namespace flowreel
