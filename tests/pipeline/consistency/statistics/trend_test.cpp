#include "pipeline/consistency/statistics/trend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace flowreel {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> kWithTies = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};

std::vector<double> line(size_t count, double slope) {
  std::vector<double> values;
  for (size_t i = 0; i < count; ++i) values.push_back(7 + slope * static_cast<double>(i));
  return values;
}

TEST(TheilSen, OfALineIsItsSlope) {
  EXPECT_DOUBLE_EQ(theil_sen(line(10, -0.25)), -0.25);
  EXPECT_DOUBLE_EQ(theil_sen(line(10, 0.5), 1 / 24.0), 12);
}

TEST(TheilSen, IsTheMedianOfAllSlopes) {
  EXPECT_DOUBLE_EQ(theil_sen({0, 1, 5}), 2.5);          // of 1, 4, 2.5
  EXPECT_DOUBLE_EQ(theil_sen({0, 1, 5, 5}), 11 / 6.0);  // of 0, 1, 5/3, 2, 2.5, 4
}

// scipy.stats.theilslopes(values, numpy.arange(12) * 0.5)[0]
TEST(TheilSen, IsThatOfScipy) { EXPECT_DOUBLE_EQ(theil_sen(kWithTies, 0.5), 0.7333333333333334); }

TEST(TheilSen, IsNotMovedByAFewOutliers) {
  std::vector<double> values = line(20, 2);
  values[3] = 1e6;
  values[12] = -1e6;
  EXPECT_DOUBLE_EQ(theil_sen(values), 2);
}

TEST(TheilSen, LeavesOutWhatIsNoNumber) {
  EXPECT_DOUBLE_EQ(theil_sen({kNone, 2, kNone, kNone, 8, 10}), 2);
  EXPECT_TRUE(std::isnan(theil_sen({kNone, 2, kNone})));
  EXPECT_TRUE(std::isnan(theil_sen({})));
}

// 100 000 values have 5e9 pairs; thinned, they need a moment and 4 MB.
TEST(TheilSen, ThinsLongSeries) { EXPECT_NEAR(theil_sen(line(100'000, 3)), 3, 1e-9); }

TEST(MannKendall, OfARisingLineIsAllItsPairs) {
  const MannKendall up = mann_kendall(line(10, 1)), down = mann_kendall(line(10, -1));
  EXPECT_EQ(up.s, 45);
  EXPECT_NEAR(up.z, 44 / std::sqrt(125.0), 1e-12);  // 10 * 9 * 25 / 18 = 125
  EXPECT_NEAR(up.p, 8.303070332644974e-05, 1e-15);  // 2 * scipy.stats.norm.sf(z)
  EXPECT_EQ(down.s, -45);
  EXPECT_DOUBLE_EQ(down.z, -up.z);
  EXPECT_DOUBLE_EQ(down.p, up.p);
}

// Ties of 3, 2 and 2 among 12: var = (12 * 11 * 29 - 66 - 18 - 18) / 18 = 207. The same variance is
// in scipy.stats.kendalltau(numpy.arange(12), values, method="asymptotic").pvalue, which is
// 2 * norm.sf(25 / sqrt(207)): scipy has no correction for continuity.
TEST(MannKendall, CountsTiesOut) {
  const MannKendall trend = mann_kendall(kWithTies);
  EXPECT_EQ(trend.s, 25);
  EXPECT_NEAR(trend.z, 24 / std::sqrt(207.0), 1e-12);
  EXPECT_NEAR(trend.p, 0.09529283802345664, 1e-12);
  EXPECT_NEAR(std::erfc(25 / std::sqrt(207.0) / std::sqrt(2.0)), 0.08227777272211645, 1e-12);
}

TEST(MannKendall, WithoutATrendIsCertainOfNothing) {
  for (const std::vector<double>& values :
       {std::vector<double>{}, {1}, {4, 4, 4, 4}, {1, 2, 2, 1}, {kNone, 5, kNone}}) {
    const MannKendall trend = mann_kendall(values);
    EXPECT_EQ(trend.s, 0);
    EXPECT_EQ(trend.z, 0);
    EXPECT_EQ(trend.p, 1);
  }
}

TEST(MannKendall, OfTwoValuesIsNothingSure) {
  const MannKendall trend = mann_kendall({1, 2});
  EXPECT_EQ(trend.s, 1);
  EXPECT_EQ(trend.p, 1);  // S - 1 = 0
}

TEST(MannKendall, ThinsLongSeries) { EXPECT_EQ(mann_kendall(line(100'000, 1)).s, 1000 * 999 / 2); }

}  // namespace
}  // namespace flowreel
