#include "pipeline/consistency/html/metric_words.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/html/example_clips.h"

namespace flowreel::html {
namespace {

using namespace test;

std::string family(const char* name) {
  return families()[family_of({name, "", "", Direction::kNeither, "", ""})];
}

TEST(MetricWords, FamiliesGoByWholeWords) {
  EXPECT_EQ(family("flicker_mc"), "Flicker");
  EXPECT_EQ(family("flicker_mc_p95"), "Flicker");
  EXPECT_EQ(family("tile_seam_p"), "Joints");
  EXPECT_EQ(family("si_max"), "Detail");
  EXPECT_EQ(family("sift"), "Others");
  EXPECT_EQ(family("something_new"), "Others");
  EXPECT_EQ(family("something_new"), families().back());
}

TEST(MetricWords, ArrowsHaveWords) {
  EXPECT_TRUE(contains(arrow(kFlicker).str(), "↓"));
  EXPECT_TRUE(contains(arrow(kFlicker).str(), "lower is better"));
  EXPECT_TRUE(contains(arrow(kLikeness).str(), "↑"));
  EXPECT_TRUE(contains(arrow(kLikeness).str(), "higher is better"));
  EXPECT_TRUE(arrow(kMotion).empty());
}

TEST(MetricWords, NamesLeadToTheirMeaning) {
  EXPECT_EQ(metric_link(kFlicker).str(),
            "<a class=\"metric\" href=\"#def-flicker_mc\">flicker_<wbr>mc</a>");
}

TEST(MetricWords, EveryStatusButOkHasItsOwn) {
  std::vector<std::string> seen;
  for (const Status status :
       {Status::kDegenerateStatic, Status::kTooFewFrames, Status::kNoValidPixels,
        Status::kWeightsMissing, Status::kNotApplicable}) {
    EXPECT_FALSE(status_words(status).empty());
    for (const std::string& other : seen) EXPECT_NE(status_words(status), other);
    seen.push_back(status_words(status));
  }
  EXPECT_EQ(status_words(Status::kOk), "");
}

TEST(MetricWords, MereNumbersHaveNoUnit) {
  EXPECT_EQ(unit_words(kLikeness), "");
  EXPECT_EQ(unit_words(kFlicker), "levels");
  EXPECT_EQ(curve_unit(kFlicker), "levels");
  EXPECT_EQ(curve_subject(kFlicker), "");
}

}  // namespace
}  // namespace flowreel::html
