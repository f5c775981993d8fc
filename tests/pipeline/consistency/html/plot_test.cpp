#include "pipeline/consistency/html/plot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/pipeline/consistency/html/example_clips.h"

namespace flowreel::html {
namespace {

using namespace test;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

void expect_axis(const Axis& axis, double low, double high, double step) {
  EXPECT_NEAR(axis.low, low, 1e-12 * std::abs(high));
  EXPECT_NEAR(axis.high, high, 1e-12 * std::abs(high));
  EXPECT_NEAR(axis.step, step, 1e-12 * std::abs(high));
}

TEST(Plot, AxesHaveRoundEnds) {
  expect_axis(axis_over(0.2, 4.03), 0, 6, 2);
  expect_axis(axis_over(0.93, 0.994), 0.92, 1, 0.02);
  expect_axis(axis_over(-0.03, 0.02), -0.04, 0.02, 0.02);
  expect_axis(axis_over(3e-5, 9e-5), 0, 1e-4, 5e-5);
}

TEST(Plot, AnAxisHoldsAnyRangeInFewSteps) {
  for (double low : {-7.3, -0.001, 0.0, 0.9, 1234.5}) {
    for (double share : {1e-6, 0.013, 0.99, 1.0, 7.7, 1e6}) {
      const double extent = share * std::max(1.0, std::abs(low));
      const Axis axis = axis_over(low, low + extent);
      const double steps = (axis.high - axis.low) / axis.step;
      EXPECT_LE(axis.low, low + 1e-9 * axis.step);
      EXPECT_GE(axis.high, low + extent - 1e-9 * axis.step);
      EXPECT_NEAR(steps, std::round(steps), 1e-6);
      EXPECT_GE(steps, 0.99);
      EXPECT_LE(steps, 4.01);
    }
  }
}

TEST(Plot, AConstantHasRoomAboutIt) {
  for (double value : {0.0, 1.0, 100.0, -3.0}) {
    const Axis axis = axis_over(value, value + 1e-12 * std::abs(value));
    EXPECT_GE(axis.step, 0.001 * std::abs(value));
    EXPECT_LT(axis.low, axis.high);
    EXPECT_GE(value, axis.low);
    EXPECT_LE(value, axis.high);
  }
}

TEST(Plot, LowIsAtTheBottom) {
  const Axis axis{10, 20, 5};
  EXPECT_EQ(height_at(axis, 10), kPlotBottom);
  EXPECT_EQ(height_at(axis, 20), kPlotTop);
  EXPECT_EQ(height_at(axis, 15), (kPlotTop + kPlotBottom) / 2);
}

TEST(Plot, LabelsTellTheirStepsApart) {
  const std::string fine = plot_frame({0.99, 1, 0.005}, "", {}, "").str();
  for (const char* label : {">0.990<", ">0.995<", ">1.000<"}) EXPECT_TRUE(contains(fine, label));
  const std::string whole = plot_frame({0, 15, 5}, "levels", {{50, "7"}}, "frame").str();
  for (const char* label : {">0<", ">5<", ">10<", ">15<", ">levels<", ">7<", ">frame<"})
    EXPECT_TRUE(contains(whole, label)) << label;
}

TEST(Plot, SmallNumbersShareAPowerOfTen) {
  const std::string small = plot_frame({0, 4e-5, 2e-5}, "levels", {}, "").str();
  for (const char* label : {">0<", ">2<", ">4<", ">levels ×10⁻⁵<"})
    EXPECT_TRUE(contains(small, label)) << label;
}

TEST(Plot, ALineHasGapsAndDots) {
  Line line;
  for (const double y : {1.0, 2.0, kNone, 3.0, kNone, 4.0, 5.0}) line.to(0, y);
  EXPECT_EQ(line.drawn().str(),
            "<path class=\"line\" d=\"M0 1L0 2M0 4L0 5\"/>"
            "<path class=\"line dots\" d=\"M0 3h0\"/>");
}

TEST(Plot, NothingIsNotDrawn) {
  Line line;
  line.to(0, kNone);
  EXPECT_TRUE(line.drawn().empty());
}

}  // namespace
}  // namespace flowreel::html
