#include "pipeline/consistency/html/curve.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/pipeline/consistency/html/example_clips.h"
#include "tests/pipeline/consistency/html/page_faults.h"

namespace flowreel::html {
namespace {

using namespace test;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const Axis kAxis{0, 10, 5};

std::string drawn(const Definition& definition, const std::vector<double>& series,
                  const std::vector<Marks>& marks = {}) {
  return curve_figure(measurement(definition, 1, series), kAxis, marks).str();
}

std::vector<Marks> chunks_at(std::vector<int64_t> frames) {
  HtmlClip made = clip("x", {});
  made.result.end.frames = 1000;
  made.result.facts.chunk_starts = std::move(frames);
  return marks_of(made);
}

TEST(Curve, SaysEveryValueWhereThePointerRests) {
  const std::string figure = drawn(kFlicker, {kNone, 1, 2.5, kNone, 1}, chunks_at({2}));
  EXPECT_EQ(count(figure, "<title>"), 5u);
  for (const char* title : {"<title>frame 0: no value</title>", "<title>frame 1: 1</title>",
                            "<title>frame 2: 2.500 (chunk boundary)</title>"})
    EXPECT_TRUE(contains(figure, title)) << title;
  EXPECT_EQ(markup_fault(figure), "");
}

TEST(Curve, SaysItsExtentAndRingsTheWorst) {
  const std::string low_is_good = drawn(kFlicker, {kNone, 3, 8, 1, 3});
  EXPECT_TRUE(contains(low_is_good, "1 (frame 3) to 8 (frame 2)"));
  EXPECT_TRUE(contains(low_is_good, ">2</text></svg>") || contains(low_is_good, ">2</text><path"));
  const std::string high_is_good = drawn(kLikeness, {kNone, 3, 8, 1, 3});
  EXPECT_TRUE(contains(high_is_good, ">3</text><path"));
  EXPECT_EQ(count(drawn(kMotion, {kNone, 3, 8, 1, 3}), "<circle"), 0u);
}

TEST(Curve, TheLineGoesThroughTheValues) {
  // Five frames over the width of 306, heights 98 for 10.
  EXPECT_TRUE(contains(drawn(kFlicker, {0, 10, 5, 0, 10}),
                       "d=\"M44 122L120.5 24L197 73L273.5 122L350 24\""));
}

TEST(Curve, CutsBreakIt) {
  EXPECT_TRUE(
      contains(drawn(kFlicker, {0, 10, kNone, 0, 10}), "d=\"M44 122L120.5 24M273.5 122L350 24\""));
}

TEST(Curve, LongClipsKeepTheirPeaks) {
  std::vector<double> series(10000, 1.0);
  series[5003] = 9;
  series[7777] = 0;
  const std::string figure = drawn(kFlicker, series, chunks_at({500}));
  EXPECT_EQ(count(figure, "<title>"), static_cast<size_t>(kMostColumns));
  EXPECT_TRUE(contains(figure, "<title>frames 5000 to 5049: 1 to 9</title>"));
  EXPECT_TRUE(contains(figure, "<title>frames 7750 to 7799: 0 to 1</title>"));
  EXPECT_TRUE(contains(figure, "<title>frames 500 to 549: 1 (chunk boundary)</title>"));
  EXPECT_TRUE(contains(figure, " 33.8L"));  // the height of 9
  EXPECT_TRUE(contains(figure, " 122L"));   // the height of 0
  EXPECT_LT(figure.size(), 25000u);
}

TEST(Curve, OtherWordsWhereItIsNotTheValue) {
  const Definition drift = {
      "luma_drift", "flowreel/luma_drift@1", "levels/s", Direction::kNeither, "", ""};
  const std::string figure = drawn(drift, {1, 2, 3});
  EXPECT_TRUE(contains(figure, "mean luma"));
  EXPECT_TRUE(contains(figure, ">levels</text>"));
  EXPECT_FALSE(contains(figure, "levels/s"));
}

TEST(Curve, NeedsTwoValuesThatAreMoreThanYesAndNo) {
  const Definition flags = {
      "still_ratio", "flowreel/still_ratio@1", "1", Direction::kLowerIsBetter, "", ""};
  EXPECT_FALSE(has_curve(measurement(kFlicker, 1)));
  EXPECT_FALSE(has_curve(measurement(kFlicker, 1, {kNone, 1, kNone})));
  EXPECT_TRUE(has_curve(measurement(kFlicker, 1, {kNone, 1, 1})));
  EXPECT_FALSE(has_curve(measurement(flags, 1, {kNone, 1, 0})));
}

TEST(Curve, IsFlatWhenNothingChanges) {
  EXPECT_TRUE(is_flat(measurement(kFlicker, 1, {kNone, 1, kNone, 1})));
  EXPECT_FALSE(is_flat(measurement(kFlicker, 1, {kNone, 1, 1.0000001})));
}

}  // namespace
}  // namespace flowreel::html
