#include "pipeline/consistency/html/scatter.h"

#include <gtest/gtest.h>

#include "tests/pipeline/consistency/html/example_clips.h"
#include "tests/pipeline/consistency/html/page_faults.h"

namespace flowreel::html {
namespace {

using namespace test;

MetricComparison pairs(const std::vector<ComparedPair>& values) {
  MetricComparison c;
  c.definition = &kFlicker;
  c.values = values;
  return c;
}

TEST(Scatter, NeedsTwoPairs) {
  EXPECT_FALSE(has_scatter(pairs({})));
  EXPECT_FALSE(has_scatter(pairs({{"a", 1, 2}})));
  EXPECT_TRUE(has_scatter(pairs({{"a", 1, 2}, {"b", 2, 1}})));
}

TEST(Scatter, DrawsBaselineAcrossAndNewUpwards) {
  // On an axis from 0 to 4: 44 to 350 across, 122 to 24 upwards.
  const std::string figure = scatter_figure(pairs({{"a", 0, 4}, {"b", 2, 1}})).str();
  EXPECT_EQ(attributes(figure, "cx"), (std::vector<std::string>{"44", "197"}));
  EXPECT_EQ(attributes(figure, "cy"), (std::vector<std::string>{"24", "97.5"}));
  EXPECT_NE(figure.find("class=\"identity\" d=\"M44 122L350 24\""), std::string::npos);
  EXPECT_NE(figure.find("<title>b: 2, now 1</title>"), std::string::npos);
  EXPECT_EQ(markup_fault(figure), "");
}

TEST(Scatter, LabelsBothAxesAlike) {
  const std::string figure = scatter_figure(pairs({{"a", 0, 4}, {"b", 2, 1}})).str();
  for (const char* label : {">0</text>", ">1</text>", ">2</text>", ">3</text>"})
    EXPECT_EQ(count(figure, label), 2u) << label;
  EXPECT_EQ(count(figure, ">4</text>"), 1u);  // the axis across ends with its name
}

TEST(Scatter, NamesAreEscaped) {
  const std::string figure = scatter_figure(pairs({{"<a>", 1, 2}, {"b", 2, 2}})).str();
  EXPECT_NE(figure.find("&lt;a&gt;: 1, now 2"), std::string::npos);
  EXPECT_EQ(markup_fault(figure), "");
}

}  // namespace
}  // namespace flowreel::html
