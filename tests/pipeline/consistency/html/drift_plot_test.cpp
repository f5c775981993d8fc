#include "pipeline/consistency/html/drift_plot.h"

#include <gtest/gtest.h>

#include "pipeline/consistency/meters/likeness.h"
#include "tests/pipeline/consistency/html/page_faults.h"
#include "tests/pipeline/consistency/test_clips.h"

namespace flowreel::html {
namespace {

using namespace test;

TEST(DriftPlot, ReadsWhatTheMeterNotes) {
  const Clip clip = clip_of(6, [](int i) { return texture(3 * i, 0); });
  const Measurement m = measured(likeness(), clip, "drift_curve");
  const std::vector<DriftPoint> points = drift_points(m.note);
  ASSERT_EQ(points.size(), 3u) << m.note;
  EXPECT_EQ(points[0].distance, 1);
  EXPECT_EQ(points[2].distance, 4);
  for (const DriftPoint& point : points) {
    EXPECT_GT(point.likeness, 0);
    EXPECT_LT(point.likeness, 1);
  }
}

TEST(DriftPlot, ReadsNothingElse) {
  for (const char* note : {"", "none", "dt 1: x", "dt 1: 0.9,", "dt 1: 0.9; dt 2: 0.8",
                           "dt 2: 0.9, dt 1: 0.8", "dt 0: 1", "dt 1: nan", "dt 1: 0.9, dt 2: 0.8 "})
    EXPECT_TRUE(drift_points(note).empty()) << note;
}

TEST(DriftPlot, OctavesLieEquallyFarApart) {
  const Definition definition = {
      "drift_curve", "flowreel/drift_curve@1", "1/octave", Direction::kHigherIsBetter, "", ""};
  const std::string figure =
      drift_figure(definition, {{1, 0.9}, {2, 0.8}, {4, 0.7}}, {0, 1, 0.5}).str();
  const std::vector<std::string> x = attributes(figure, "cx");
  ASSERT_EQ(x.size(), 3u);
  EXPECT_NEAR(std::stod(x[1]) - std::stod(x[0]), std::stod(x[2]) - std::stod(x[1]), 0.2);
  EXPECT_NE(figure.find("<title>4 frames apart: 0.7000</title>"), std::string::npos);
  EXPECT_EQ(markup_fault(figure), "");
}

}  // namespace
}  // namespace flowreel::html
