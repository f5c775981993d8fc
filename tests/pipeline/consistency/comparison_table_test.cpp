#include "pipeline/consistency/comparison_table.h"

#include <gtest/gtest.h>

#include "pipeline/consistency/columns.h"
#include "tests/pipeline/consistency/test_results.h"

namespace flowreel {
namespace {

using namespace test;

MetricComparison metric(const Definition& definition, ComparisonVerdict verdict) {
  MetricComparison c;
  c.definition = &definition;
  c.baseline_mean = 1.5;
  c.statistics.pairs = 12;
  c.statistics.mean = 0.25;
  c.statistics.interval = {0.125, 0.5};
  c.statistics.g = 1.234;
  c.p_adjusted = 0.0123;
  c.wins = 10;
  c.ties = 1;
  c.losses = 1;
  c.verdict = verdict;
  return c;
}

Comparison example() {
  Comparison comparison;
  comparison.pairs = 12;
  comparison.clusters = 6;
  comparison.metrics = {metric(kLikeness, ComparisonVerdict::kBetter),
                        metric(kFlicker, ComparisonVerdict::kWorse),
                        metric(kMotion, ComparisonVerdict::kDiffers),
                        metric(kStillRatio, ComparisonVerdict::kInconclusive)};
  return comparison;
}

TEST(ComparisonTable, IsTheTextToTheLetter) {
  Comparison comparison = example();
  comparison.metrics[0].confounded_by_motion = true;
  comparison.metrics[0].p_adjusted = 0.0002;
  comparison.metrics[1].statistics.mean = -0.25;
  comparison.metrics[1].still = 2;
  comparison.metrics[3].statistics.interval.reset();
  comparison.metrics[3].p_adjusted.reset();
  comparison.metrics[3].statistics.why_no_interval = "7 pairs, at least 8 are needed";
  comparison.metrics[3].without = 5;
  comparison.only_now = {"new.mp4"};
  comparison.only_baseline = {"old.mp4", "older.mp4"};
  comparison.warnings = {"version of opencv is not known"};
  EXPECT_EQ(comparison_table(comparison),
            "12 pairs of clips, 6 prompts\n"
            "                  baseline  difference          95 %       p    g   w/t/l\n"
            "likeness       ↑       1.5       +0.25  [0.125, 0.5]  <0.001  1.2  10/1/1  better*\n"
            "flicker        ↓       1.5       -0.25  [0.125, 0.5]   0.012  1.2  10/1/1  worse\n"
            "motion_degree  ·       1.5       +0.25  [0.125, 0.5]   0.012  1.2  10/1/1  differs\n"
            "still_ratio    ↓       1.5       +0.25             -       -  1.2  10/1/1  ~\n"
            "  left out, since a clip stands still: 2 of 12 pairs (flicker)\n"
            "  left out, since a value is missing: 5 of 12 pairs (still_ratio)\n"
            "  no interval and no verdict: 7 pairs, at least 8 are needed (still_ratio)\n"
            "  * confounded by motion: the clips do not move alike\n"
            "  only here: new.mp4\n"
            "  only in the baseline: old.mp4, older.mp4\n"
            "  warning: version of opencv is not known\n");
}

TEST(ComparisonTable, WhatHoldsOfAllMetricsIsSaidOnce) {
  Comparison comparison = example();
  for (MetricComparison& c : comparison.metrics) c.still = 1;
  EXPECT_NE(comparison_table(comparison).find("stands still: 1 of 12 pairs (all metrics)\n"),
            std::string::npos);
}

TEST(ComparisonTable, TheSameIsNotTheSameAsNothingShown) {
  Comparison comparison = example();
  comparison.metrics[0].verdict = ComparisonVerdict::kSame;
  const std::string text = comparison_table(comparison);
  EXPECT_NE(text.find("10/1/1  =\n"), std::string::npos);
  EXPECT_NE(text.find("10/1/1  ~\n"), std::string::npos);
}

TEST(ComparisonTable, FitsTheTerminal) {
  static const Definition long_name = {"a_metric_whose_name_is_much_longer_than_any_there_is",
                                       "test/long@1",
                                       "1",
                                       Direction::kLowerIsBetter,
                                       "",
                                       ""};
  Comparison comparison = example();
  MetricComparison c = metric(long_name, ComparisonVerdict::kBetter);
  c.confounded_by_motion = true;
  c.baseline_mean = c.statistics.mean = -1.2345e-100;
  c.statistics.interval = {-1.2345e-100, -1.2345e-100};
  comparison.metrics.push_back(c);
  comparison.only_now = std::vector<std::string>(40, "clip.mp4");
  comparison.warnings = {std::string(300, 'w')};
  const std::string text = comparison_table(comparison);
  EXPECT_EQ(longest_line(text), kTableWidth);
  EXPECT_NE(text.find("…"), std::string::npos);
}

}  // namespace
}  // namespace flowreel
