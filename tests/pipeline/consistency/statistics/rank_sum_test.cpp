#include "pipeline/consistency/statistics/rank_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

namespace flowreel {
namespace {

using Values = std::vector<double>;

struct Case {
  Values a, b;
  double exact, normal;
};

// By scipy 1.17.1, without equal values:
// mannwhitneyu(a, b, alternative="greater", method="exact" / "asymptotic").pvalue; with equal ones,
// the exact p by method=PermutationMethod(n_resamples=inf).
const Case kCases[] = {
    {{3.1, 4.2, 5.9}, {1.0, 2.0, 2.5, 3.0}, 0.02857142857142857, 0.02591496360895484},
    {{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30},
     {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06001, 3.14, 1.2901},
     0.06795557383792677,
     0.0666601077948137},
    {{0.1, 0.2, 0.7}, {0.3, 0.4, 0.5, 0.6, 0.8}, 0.875, 0.8834810088630474},
    {{2, 2, 3, 5}, {1, 2, 2, 3, 3}, 0.30158730158730157, 0.2573430572882188},
    {{1, 1, 1, 4, 1}, {1, 1, 1, 1, 1, 1}, 0.45454545454545453, 0.18065521426308934},
    {{7, 7}, {7, 7, 7}, 1, 1},
};

TEST(RankSum, AgreesWithScipy) {
  for (const Case& c : kCases) {
    EXPECT_NEAR(exact_rank_sum_p(c.a, c.b), c.exact, 1e-14);
    EXPECT_NEAR(normal_rank_sum_p(c.a, c.b), c.normal, 1e-14);
    EXPECT_EQ(rank_sum_p(c.a, c.b), exact_rank_sum_p(c.a, c.b));
  }
}

TEST(RankSum, SevenAboveFiftySix) {
  Values a, b;
  for (int i = 1; i <= 63; ++i) (i > 56 ? a : b).push_back(i);
  // 1 / (63 over 7); scipy as above.
  EXPECT_NEAR(rank_sum_p(a, b) * 553270671, 1, 1e-12);
  EXPECT_NEAR(normal_rank_sum_p(a, b) / 9.528087907365924e-06, 1, 1e-12);
  EXPECT_EQ(rank_sum_p(b, a), 1);
}

// What was seen lies in both tails.
TEST(RankSum, BothTailsHoldWhatWasSeen) {
  const Values a = {1, 4, 6, 9, 10}, b = {2, 3, 5};
  // Of the 56 ways to choose b's ranks, four have b's sum, 2 + 3 + 5: 127, 136, 145 and 235.
  EXPECT_NEAR(rank_sum_p(a, b) + rank_sum_p(b, a), 1 + 4 / 56.0, 1e-14);
}

// Over all ways to deal out seven values, two of them equal, p is met or undercut in a share p.
TEST(RankSum, IsTheShareOfAllWaysThatRankAsHigh) {
  const Values values = {1, 2, 3, 4, 4, 6, 7};
  Values all;
  for (unsigned chosen = 0; chosen < 128; ++chosen) {
    Values a, b;
    for (unsigned i = 0; i < 7; ++i) ((chosen >> i & 1) != 0 ? a : b).push_back(values[i]);
    if (a.size() == 3) all.push_back(rank_sum_p(a, b));
  }
  ASSERT_EQ(all.size(), 35U);
  for (const double p : all) {
    const auto as_small = std::count_if(all.begin(), all.end(), [p](double q) { return q <= p; });
    EXPECT_NEAR(p, static_cast<double>(as_small) / 35, 1e-14);
  }
}

TEST(RankSum, LargeSamplesAreNormal) {
  std::mt19937 random(2);
  Values a, b;
  for (int i = 0; i < 1000; ++i) (i % 2 == 0 ? a : b).push_back(static_cast<double>(random()));
  EXPECT_EQ(rank_sum_p(a, b), normal_rank_sum_p(a, b));
}

TEST(RankSum, WithoutValuesThereIsNoEvidence) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(rank_sum_p({}, {1, 2}), 1);
  EXPECT_EQ(rank_sum_p({3}, {none}), 1);
  EXPECT_EQ(rank_sum_p({}, {}), 1);
  EXPECT_EQ(rank_sum_p({5, none}, {1, none, 2}), 1 / 3.0);
}

}  // namespace
}  // namespace flowreel
