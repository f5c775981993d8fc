#include "pipeline/consistency/comparison_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pipeline/consistency/meter_table.h"

namespace flowreel {
namespace {

TEST(ComparisonJson, HasEveryMetricWithItsVerdict) {
  MetricComparison metric;
  metric.definition = &definition_of("temporal_flickering");
  metric.now_mean = 0.5;
  metric.baseline_mean = 0.25;
  metric.statistics.mean = 0.25;
  metric.statistics.pairs = 9;
  metric.statistics.p = 0.01;
  metric.statistics.interval = {0.125, 0.375};
  metric.wins = 9;
  metric.values = {{"b.mp4", 0.25, 0.75}};
  metric.now_spread = Spread{2, 4};
  metric.verdict = ComparisonVerdict::kBetter;
  MetricComparison few;
  few.definition = &definition_of("scene_cuts");
  Comparison comparison;
  comparison.metrics = {metric, few};
  comparison.pairs = 9;
  comparison.only_now = {"a\xff.mp4"};
  const nlohmann::json read = nlohmann::json::parse(to_json(comparison));
  const nlohmann::json& found = read["metrics"]["temporal_flickering"];
  EXPECT_EQ(found["verdict"], "better");
  EXPECT_EQ(found["low"], 0.125);
  EXPECT_EQ(found["p"], 0.01);
  EXPECT_EQ(found["wins"], 9);
  EXPECT_TRUE(found["g"].is_null());
  EXPECT_EQ(found["values"],
            (nlohmann::json{{{"clip", "b.mp4"}, {"baseline", 0.25}, {"now", 0.75}}}));
  EXPECT_EQ(found["now_spread"], (nlohmann::json{{"between_prompts", 4}, {"between_seeds", 2}}));
  EXPECT_TRUE(found["baseline_spread"].is_null());
  EXPECT_TRUE(read["metrics"]["scene_cuts"]["low"].is_null());
  EXPECT_TRUE(read["metrics"]["scene_cuts"]["p"].is_null());
  EXPECT_EQ(read["metrics"]["scene_cuts"]["verdict"], "inconclusive");
  EXPECT_EQ(read["pairs"], 9);
  EXPECT_EQ(to_json(comparison), to_json(comparison));
}

}  // namespace
}  // namespace flowreel
