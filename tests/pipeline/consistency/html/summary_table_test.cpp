#include "pipeline/consistency/html/summary_table.h"

#include <gtest/gtest.h>

#include "pipeline/consistency/html/value_cell.h"
#include "tests/pipeline/consistency/html/example_clips.h"
#include "tests/pipeline/consistency/html/page_faults.h"

namespace flowreel::html {
namespace {

using namespace test;

TEST(SummaryTable, HasEveryMetricOnceInOrder) {
  const std::vector<HtmlClip> clips = {
      clip("a", {measurement(kFlicker, 1), measurement(kMotion, 2)}),
      clip("b", {measurement(kLikeness, 1), measurement(kFlicker, 2)})};
  EXPECT_EQ(metrics_of(clips), (std::vector<const Definition*>{&kFlicker, &kMotion, &kLikeness}));
  const std::string table = summary_table(clips).str();
  EXPECT_EQ(count(table, "#def-"), 3u);
  EXPECT_EQ(count(table, "not measured"), 2u);
  EXPECT_EQ(count(table, "<th scope=\"col\">"), 3u);
  EXPECT_EQ(count(table, "<th>"), 0u);
  EXPECT_TRUE(contains(table, "<a href=\"#clip-2\"><bdi>b</bdi></a>"));
  EXPECT_EQ(markup_fault(table), "");
}

TEST(SummaryTable, MarksTheBestInWordsToo) {
  const std::string table =
      summary_table({clip("a", {measurement(kFlicker, 1)}), clip("b", {measurement(kFlicker, 2)})})
          .str();
  EXPECT_EQ(count(table, "<td class=\"best\">"), 1u);
  EXPECT_EQ(count(table, ">best </span><data value=\"1\""), 1u);
}

TEST(SummaryTable, AStillClipIsNeverTheBest) {
  const std::string table =
      summary_table({clip("a", {measurement(kFlicker, 1)}), clip("b", {measurement(kFlicker, 2)}),
                     still_clip("c", {measurement(kFlicker, 0)})})
          .str();
  EXPECT_EQ(count(table, "<td class=\"best\">"), 1u);
  EXPECT_TRUE(contains(table, ">best </span><data value=\"1\""));
  EXPECT_TRUE(contains(table, ">static</span> <data value=\"0\""));
}

TEST(SummaryTable, NothingIsBestOfDifferentPrompts) {
  HtmlClip other = clip("b", {measurement(kFlicker, 2)});
  other.result.prompt_id = "another";
  const std::string table = summary_table({clip("a", {measurement(kFlicker, 1)}), other}).str();
  EXPECT_EQ(count(table, "<td class=\"best\">"), 0u);
  EXPECT_TRUE(contains(table, "the prompts differ"));
}

TEST(SummaryTable, SaysWhatTheClipsAre) {
  HtmlClip known = clip("a", {});
  known.result.seed = 18446744073709551615ull;
  known.result.sha256 = std::string(60, 'a') + "bcde";
  const std::string table = summary_table({known, clip("b", {})}).str();
  EXPECT_TRUE(contains(table, "18446744073709551615"));
  EXPECT_TRUE(contains(table, "256 × 160"));
  EXPECT_TRUE(contains(table, ">aaaaaaaaaaaa</code>"));
  EXPECT_TRUE(contains(table, "bcde\""));
  EXPECT_EQ(count(table, "not known"), 2u);       // seed and SHA-256 of b
  EXPECT_FALSE(contains(table, ">prompt</th>"));  // known of neither
}

TEST(ValueCell, SaysHowMuchWentIn) {
  Measurement m = measurement(kFlicker, 1);
  m.coverage = 0.93;
  m.note = "p = 0.2";
  EXPECT_EQ(value_cell(&m, false).str(),
            "<td><data value=\"1\" title=\"1\">1</data><small>n 47 · "
            "<span title=\"share of the pixels\">93\u00a0%</span> · p = 0.2</small></td>");
  m.note = std::string(kShortNote + 1, 'x');
  EXPECT_FALSE(contains(value_cell(&m, false).str(), "xx"));
}

TEST(ValueCell, SaysWhyThereIsNone) {
  const Measurement m = missing(kFlicker, Status::kNoValidPixels);
  EXPECT_EQ(value_cell(&m, true).str(), "<td class=\"none\">– no pixels to trust</td>");
  EXPECT_EQ(value_cell(nullptr, false).str(), "<td class=\"none\">– not measured</td>");
}

TEST(ValueCell, OfAStillClipIsStaticUnlessItShowsStillness) {
  Measurement hollow = measurement(kFlicker, 0), telling = measurement(kMotion, 0);
  hollow.status = telling.status = Status::kDegenerateStatic;
  EXPECT_TRUE(contains(value_cell(&hollow, true).str(), ">static<"));
  EXPECT_FALSE(contains(value_cell(&hollow, true).str(), "best"));
  EXPECT_FALSE(contains(value_cell(&telling, false).str(), "static"));
}

}  // namespace
}  // namespace flowreel::html
