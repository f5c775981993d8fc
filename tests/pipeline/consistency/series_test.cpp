#include "pipeline/consistency/series.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace flowreel {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const Definition kDefinition = {"name",    "flowreel/name@1", "1", Direction::kHigherIsBetter,
                                "formula", "meaning"};

// Values 1, 2, 4, 8, … at the frames from `first` on.
FrameSeries powers(Reach reach, int64_t first, int64_t frames) {
  FrameSeries series(reach);
  for (int64_t i = first; i < frames; ++i) series.add(i, std::pow(2.0, i - first));
  return series;
}

ClipEnd clip(int64_t frames, std::vector<int64_t> cuts = {}, bool still = false) {
  return {frames, std::move(cuts), still};
}

// Which frames of a series have a value.
std::vector<int64_t> there(const std::vector<double>& values) {
  std::vector<int64_t> frames;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) frames.push_back(static_cast<int64_t>(i));
  }
  return frames;
}

TEST(Series, TheMeanOfItsValues) {
  const Measurement m = powers(Reach::kPair, 1, 4).mean(kDefinition, clip(4));
  EXPECT_EQ(m.definition, &kDefinition);
  EXPECT_DOUBLE_EQ(*m.value, 7 / 3.0);
  EXPECT_EQ(m.status, Status::kOk);
  EXPECT_EQ(m.samples, 3);
  EXPECT_EQ(m.coverage, 1);
  ASSERT_EQ(m.series.size(), 4);
  EXPECT_TRUE(std::isnan(m.series[0]));
  EXPECT_EQ(m.series[3], 4);
}

TEST(Series, EachValueCountsByItsCoverage) {
  FrameSeries series(Reach::kPair);
  series.add(1, 10, 1);
  series.add(2, 40, 0.5);
  series.add(3, 1000, 0);
  series.add(4, kNone, 1);
  const Measurement m = series.mean(kDefinition, clip(5));
  EXPECT_DOUBLE_EQ(*m.value, (10 + 20) / 1.5);
  EXPECT_EQ(m.samples, 2);
  EXPECT_DOUBLE_EQ(m.coverage, 0.75);
}

TEST(Series, FramesLeftOutHaveNoValue) {
  FrameSeries series(Reach::kFrame);
  series.add(2, 5);
  series.add(4, 7);
  const Measurement m = series.mean(kDefinition, clip(7));
  EXPECT_EQ(there(m.series), (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(m.series.size(), 7);
  EXPECT_EQ(m.value, 6);
}

// A cut at 3 lies within the pair 2-3 and the triples around 2 and 3.
TEST(Series, LeavesOutWhatACutLiesWithin) {
  using Frames = std::vector<int64_t>;
  const ClipEnd end = clip(7, {3});
  EXPECT_EQ(there(powers(Reach::kFrame, 0, 7).within_scenes(end)), (Frames{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(there(powers(Reach::kPair, 1, 7).within_scenes(end)), (Frames{1, 2, 4, 5, 6}));
  EXPECT_EQ(there(powers(Reach::kTriple, 1, 6).within_scenes(end)), (Frames{1, 4, 5}));
  const Measurement m = powers(Reach::kPair, 1, 7).mean(kDefinition, end);
  EXPECT_EQ(m.samples, 5);
  EXPECT_DOUBLE_EQ(*m.value, (1 + 2 + 8 + 16 + 32) / 5.0);
}

TEST(Series, CutsAtTheEndsOfAClip) {
  using Frames = std::vector<int64_t>;
  const ClipEnd end = clip(4, {1, 3});
  EXPECT_EQ(there(powers(Reach::kPair, 1, 4).within_scenes(end)), Frames{2});
  EXPECT_EQ(there(powers(Reach::kTriple, 1, 3).within_scenes(end)), Frames{});
}

TEST(Series, NeedsAsManyFramesAsItReaches) {
  for (const auto& [reach, frames] :
       {std::pair{Reach::kFrame, 1}, std::pair{Reach::kPair, 2}, std::pair{Reach::kTriple, 3}}) {
    const Measurement m = FrameSeries(reach).mean(kDefinition, clip(frames - 1));
    EXPECT_EQ(m.status, Status::kTooFewFrames);
    EXPECT_FALSE(m.value);
    EXPECT_EQ(m.coverage, 0);
    EXPECT_EQ(FrameSeries(reach).mean(kDefinition, clip(frames)).status, Status::kNoValidPixels);
  }
}

TEST(Series, WithoutAValueThereAreNoValidPixels) {
  FrameSeries series(Reach::kPair);
  series.add(1, 3, 0);
  series.add(2, kNone);
  for (const Measurement& m :
       {series.mean(kDefinition, clip(3)), series.mean(kDefinition, clip(3, {}, true)),
        powers(Reach::kPair, 1, 3).mean(kDefinition, clip(3, {1, 2}))}) {
    EXPECT_EQ(m.status, Status::kNoValidPixels);
    EXPECT_FALSE(m.value);
    EXPECT_EQ(m.samples, 0);
    EXPECT_EQ(m.coverage, 0);
  }
}

TEST(Series, AStillClipIsDegenerateAndKeepsItsValue) {
  const Measurement m = powers(Reach::kPair, 1, 3).mean(kDefinition, clip(3, {}, true));
  EXPECT_EQ(m.status, Status::kDegenerateStatic);
  EXPECT_EQ(m.value, 1.5);
}

TEST(Guarded, ChangesOnlyWhatIsOkOfAStillClip) {
  Measurement ok;
  ok.value = 1;
  EXPECT_EQ(guarded(ok, clip(3)).status, Status::kOk);
  EXPECT_EQ(guarded(ok, clip(3, {}, true)).status, Status::kDegenerateStatic);
  const Measurement no = none(kDefinition, Status::kNotApplicable);
  EXPECT_EQ(guarded(no, clip(3, {}, true)).status, Status::kNotApplicable);
  EXPECT_EQ(no.definition, &kDefinition);
  EXPECT_FALSE(no.value);
}

// numpy.quantile([7, 1, 4, 10], q).
TEST(Quantile, IsThatOfNumpy) {
  const std::vector<double> values = {7, 1, 4, 10};
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 1), 10);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 5.5);
  EXPECT_DOUBLE_EQ(quantile(values, 0.95), 9.55);
  EXPECT_DOUBLE_EQ(quantile(values, 0.1), 1.9);
  EXPECT_EQ(quantile({3}, 0.7), 3);
}

TEST(Quantile, LeavesOutWhatIsNoNumber) {
  EXPECT_EQ(median({kNone, 5, kNone, 1, 3}), 3);
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_TRUE(std::isnan(median({kNone})));
}

}  // namespace
}  // namespace flowreel
