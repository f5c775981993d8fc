#include "pipeline/consistency/html/comparison_section.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/html/example_clips.h"
#include "tests/pipeline/consistency/html/page_faults.h"

namespace flowreel::html {
namespace {

using namespace test;

MetricComparison compared(const Definition& definition, double mean, ConfidenceInterval interval,
                          ComparisonVerdict verdict) {
  MetricComparison c;
  c.definition = &definition;
  c.baseline_mean = 2;
  c.now_mean = 2 + mean;
  c.statistics.pairs = 24;
  c.statistics.mean = mean;
  c.statistics.interval = interval;
  c.p_adjusted = 0.01;
  c.verdict = verdict;
  return c;
}

std::string section(const std::vector<MetricComparison>& metrics) {
  Comparison comparison;
  comparison.metrics = metrics;
  return comparison_section(comparison, "base.json").str();
}

TEST(ComparisonSection, HasARowPerMetricWithItsVerdict) {
  MetricComparison confounded = compared(kLikeness, 0.1, {0.05, 0.2}, ComparisonVerdict::kBetter);
  confounded.confounded_by_motion = true;
  const std::string html =
      section({compared(kFlicker, 0.5, {0.25, 0.75}, ComparisonVerdict::kWorse), confounded});
  EXPECT_EQ(count(html, "<th scope=\"row\">"), 2u);
  EXPECT_TRUE(contains(html, "</span> worse</td>"));
  EXPECT_TRUE(contains(html, "</span> better<small>may come from how much moves</small>"));
  EXPECT_TRUE(contains(html, "title=\"0.75\">0.7500</data>"));
  EXPECT_EQ(markup_fault(html), "");
}

TEST(ComparisonSection, DrawsTheIntervalAboutZero) {
  const std::string html = section({compared(kFlicker, 0.5, {0.25, 1}, ComparisonVerdict::kWorse)});
  EXPECT_TRUE(contains(html, "M60 0V16"));
  EXPECT_TRUE(contains(html, "M73.5 8H114M73.5 4v8M114 4v8"));
  EXPECT_TRUE(contains(html, "cx=\"87\""));
}

TEST(ComparisonSection, SaysWhyThereIsNoInterval) {
  MetricComparison few = compared(kFlicker, 0.5, {}, ComparisonVerdict::kInconclusive);
  few.statistics.interval.reset();
  few.statistics.why_no_interval = "5 pairs, at least 8 are needed";
  few.p_adjusted.reset();
  few.still = 3;
  few.without = 2;
  const std::string html = section({few});
  for (const char* words : {"5 pairs, at least 8 are needed", "3 left out: a clip stands still",
                            "2 left out: no value", "inconclusive"})
    EXPECT_TRUE(contains(html, words)) << words;
  EXPECT_FALSE(contains(html, "class=\"reach\""));
}

TEST(ComparisonSection, RowsWithoutPairsHaveAsManyColumns) {
  MetricComparison none = compared(kFlicker, 0, {}, ComparisonVerdict::kInconclusive);
  none.statistics = {};
  const std::string html = section({none});
  const size_t cells = count(html, "<td") - count(html, "colspan=\"7\"") + 7 + 1;
  EXPECT_EQ(cells, count(html, "<th scope=\"col\""));
}

TEST(ComparisonSection, ShowsThePairsAndTheirSpread) {
  MetricComparison seen = compared(kFlicker, 0.5, {0.25, 0.75}, ComparisonVerdict::kWorse);
  seen.values = {{"a", 1, 2}, {"b", 2, 2}};
  seen.baseline_spread = Spread{0.5, 3};
  const std::string html =
      section({seen, compared(kLikeness, 0.1, {0.05, 0.2}, ComparisonVerdict::kBetter)});
  EXPECT_EQ(count(html, "<figure class=\"plot\">"), 1u);  // the other has no pairs to show
  EXPECT_EQ(count(html, "<small>prompts ± 3</small><small>seeds ± 0.5000</small>"), 1u);
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_FALSE(contains(section({compared(kFlicker, 0, {}, ComparisonVerdict::kSame)}), "<h3>"));
}

TEST(ComparisonSection, HeadingsAreWordsOfTheReader) {
  const std::string html = section({});
  for (const char* words : {">Verdict</th>", ">Interval</th>", "Interval: 95 %"})
    EXPECT_TRUE(contains(html, words)) << words;
}

TEST(ComparisonSection, SaysWhatIsNotFair) {
  Comparison comparison;
  comparison.pairs = 24;
  comparison.clusters = 12;
  comparison.warnings = {"opencv differs"};
  comparison.only_now = {"<new>.mp4"};
  comparison.only_baseline = {"old.mp4", "older.mp4"};
  const std::string html = comparison_section(comparison, "<base>").str();
  for (const char* words : {"24 pairs of clips from 12 prompts", "&lt;base&gt;", "opencv differs",
                            "&lt;new&gt;", "<bdi>old.mp4</bdi>, <bdi>older.mp4</bdi>"})
    EXPECT_TRUE(contains(html, words)) << words;
  EXPECT_EQ(markup_fault(html), "");
}

}  // namespace
}  // namespace flowreel::html
