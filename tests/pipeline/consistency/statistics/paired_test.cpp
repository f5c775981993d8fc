#include "pipeline/consistency/statistics/paired.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace flowreel {
namespace {

constexpr double kPi = 3.14159265358979323846;

// Independent standard normal numbers, the same with every standard library.
class Normals {
 public:
  double next() {
    const double u = uniform(), v = uniform();
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * kPi * v);
  }

 private:
  double uniform() { return (static_cast<double>(random_() >> 11) + 0.5) / 9007199254740992.0; }
  std::mt19937_64 random_{7};
};

std::vector<ClusteredValue> each_its_own(const std::vector<double>& values) {
  std::vector<ClusteredValue> differences;
  for (const double v : values) differences.push_back({std::to_string(differences.size()), v});
  return differences;
}

// How many of `runs` intervals contain the true mean 0.3, of so many clusters of so many pairs,
// with a standard deviation of 1 between clusters and `within` inside.
double coverage(int runs, int clusters, int pairs, double within, bool tell_clusters) {
  Normals normals;
  int hits = 0;
  for (int run = 0; run < runs; ++run) {
    std::vector<ClusteredValue> differences;
    for (int c = 0; c < clusters; ++c) {
      const double of_cluster = 0.3 + normals.next();
      for (int i = 0; i < pairs; ++i) {
        const int name = tell_clusters ? c : c * pairs + i;
        differences.push_back({std::to_string(name), of_cluster + within * normals.next()});
      }
    }
    const ConfidenceInterval interval = *paired_statistics(differences, 400).interval;
    hits += interval.low <= 0.3 && 0.3 <= interval.high;
  }
  return static_cast<double>(hits) / runs;
}

TEST(PairedStatistics, TheIntervalHoldsTheTrueMeanIn95Percent) {
  // The bootstrap of 40 values is known to be a little short: 94 %; 1000 runs tell it to 0.7 %.
  const double share = coverage(1000, 40, 1, 0, true);
  EXPECT_GT(share, 0.92);
  EXPECT_LT(share, 0.97);
}

TEST(PairedStatistics, SeedsOfOnePromptAreNoIndependentSamples) {
  const double by_prompt = coverage(500, 30, 5, 0.3, true);
  EXPECT_GT(by_prompt, 0.91);
  EXPECT_LT(by_prompt, 0.97);
  EXPECT_LT(coverage(500, 30, 5, 0.3, false), 0.75);
}

TEST(PairedStatistics, TheWidthIsThatOfTheStandardError) {
  // 1, 2, … 50: standard deviation of the mean sqrt((50² - 1) / 12 / 50) = 2.0408.
  std::vector<double> values;
  for (int i = 1; i <= 50; ++i) values.push_back(i);
  const PairedStatistics s = paired_statistics(each_its_own(values));
  EXPECT_DOUBLE_EQ(s.mean, 25.5);
  EXPECT_NEAR(s.interval->low, 25.5 - 1.96 * 2.0408, 0.15);
  EXPECT_NEAR(s.interval->high, 25.5 + 1.96 * 2.0408, 0.15);
}

TEST(PairedStatistics, IsTheSameEveryTimeAndInEveryOrder) {
  std::vector<ClusteredValue> differences;
  Normals normals;
  for (int i = 0; i < 20; ++i) differences.push_back({std::to_string(i), normals.next()});
  const PairedStatistics a = paired_statistics(differences);
  std::reverse(differences.begin(), differences.end());
  const PairedStatistics b = paired_statistics(differences);
  EXPECT_EQ(a.interval->low, b.interval->low);
  EXPECT_EQ(a.interval->high, b.interval->high);
  EXPECT_EQ(a.p, b.p);
}

TEST(PairedStatistics, FewPairsOrPromptsHaveNoIntervalAndSayWhy) {
  const PairedStatistics seven = paired_statistics(each_its_own({1, 2, 3, 4, 5, 6, 7}));
  EXPECT_FALSE(seven.interval);
  EXPECT_EQ(seven.why_no_interval, "7 pairs, at least 8 are needed");
  const PairedStatistics eight = paired_statistics(each_its_own({1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_TRUE(eight.interval);
  EXPECT_EQ(eight.why_no_interval, "");
  std::vector<ClusteredValue> five_prompts;
  for (int i = 0; i < 20; ++i) five_prompts.push_back({std::to_string(i % 5), 1.0 + i});
  EXPECT_FALSE(paired_statistics(five_prompts).interval);
  EXPECT_EQ(paired_statistics(five_prompts).why_no_interval, "5 prompts, at least 6 are needed");
  EXPECT_EQ(paired_statistics({}).why_no_interval, "0 pairs, at least 8 are needed");
  EXPECT_EQ(paired_statistics({}).p, 1);
}

TEST(PairedStatistics, CountsSigns) {
  const PairedStatistics s = paired_statistics(each_its_own({1, -2, 0, 3, 0, 0}));
  EXPECT_EQ(s.above, 2);
  EXPECT_EQ(s.equal, 3);
  EXPECT_EQ(s.below, 1);
}

TEST(PairedStatistics, EqualDifferencesHaveAnIntervalWithoutWidth) {
  const PairedStatistics s = paired_statistics(each_its_own(std::vector<double>(8, 0.0)));
  EXPECT_EQ(s.interval->low, 0);
  EXPECT_EQ(s.interval->high, 0);
  EXPECT_EQ(s.p, 1);
  EXPECT_FALSE(s.g);
}

TEST(SignFlip, SmallCasesAreExact) {
  EXPECT_DOUBLE_EQ(sign_flip_p({5}), 1);
  EXPECT_DOUBLE_EQ(sign_flip_p({1, 2, 3}), 2.0 / 8);  // only all or none flipped reach 6
  // 4 - 1 = 3 of ±1 ±4: |sum| is 5, 3, 3, 5.
  EXPECT_DOUBLE_EQ(sign_flip_p({4, -1}), 1);
  // 1 + 1 - 1 = 1: every flip reaches 1.
  EXPECT_DOUBLE_EQ(sign_flip_p({1, 1, -1}), 1);
  // ±1 ±2 ±4 with sum 5: reached by 7, 5, -5, -7.
  EXPECT_DOUBLE_EQ(sign_flip_p({-1, 2, 4}), 4.0 / 8);
  EXPECT_DOUBLE_EQ(sign_flip_p({0, 0}), 1);
}

TEST(SignFlip, RoundingDoesNotHideEqualSums) {
  // 0.1 + 0.2 + 0.3 depends on the order of its terms in the last digit.
  EXPECT_DOUBLE_EQ(sign_flip_p({0.1, 0.2, -0.3}), 1);
  EXPECT_DOUBLE_EQ(sign_flip_p({0.1, 0.2, 0.3, -0.3}), sign_flip_p({0.3, 0.1, -0.3, 0.2}));
}

TEST(SignFlip, FlipsWholePrompts) {
  // Two prompts of six seeds each: all differences rise, yet there are only four ways to flip.
  std::vector<ClusteredValue> differences;
  for (int i = 0; i < 12; ++i) differences.push_back({i < 6 ? "a" : "b", 1});
  EXPECT_DOUBLE_EQ(paired_statistics(differences).p, 0.5);
}

TEST(SignFlip, ManyPromptsAreSampled) {
  std::vector<double> all_rise(40, 1);
  EXPECT_DOUBLE_EQ(sign_flip_p(all_rise), 1.0 / 10001);
  // 1 of each sign more than half: |sum| >= 2 in 1 - C(40,20) / 2^40 = 0.8746 of the ways.
  std::vector<double> even(40, 1);
  for (size_t i = 0; i < 19; ++i) even[i] = -1;
  EXPECT_NEAR(sign_flip_p(even), 0.8746, 0.015);
  // More than 64 signs need more than one word of random bits.
  std::vector<double> mixed(130, 1);
  for (size_t i = 0; i < 64; ++i) mixed[i] = -1;
  EXPECT_NEAR(sign_flip_p(mixed), 0.93, 0.015);  // 1 - C(130,65) / 2^130 = 0.9302
}

TEST(Holm, ByHand) {
  // Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1 and never falling.
  const std::vector<double> adjusted = holm({0.01, 0.04, 0.03, 0.005});
  const std::vector<double> expected = {0.03, 0.06, 0.06, 0.02};
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-15);
  EXPECT_EQ(holm({0.6, 0.7}), (std::vector<double>{1, 1}));
  EXPECT_TRUE(holm({}).empty());
}

TEST(HedgesG, ByHand) {
  // Mean 3, standard deviation sqrt(2.5); 1 - 3 / 15.
  EXPECT_NEAR(*hedges_g({1, 2, 3, 4, 5}), 3 / std::sqrt(2.5) * 0.8, 1e-14);
  EXPECT_NEAR(*hedges_g({-1, -2, -3, -4, -5}), -3 / std::sqrt(2.5) * 0.8, 1e-14);
  EXPECT_FALSE(hedges_g({1}));
  EXPECT_FALSE(hedges_g({0.1, 0.1, 0.1}));
}

TEST(BcaInterval, IsThePercentileIntervalWhereAllIsSymmetric) {
  std::vector<double> resampled;
  for (int i = -500; i <= 500; ++i) resampled.push_back(i);
  const ConfidenceInterval interval = bca_interval(resampled, 0, {-2, -1, 0, 1, 2});
  EXPECT_NEAR(interval.low, -475, 1e-6);  // 2.5 % of the way from -500 to 500
  EXPECT_NEAR(interval.high, 475, 1e-6);
}

TEST(BcaInterval, CorrectsBiasByHand) {
  // 601 of 1001 lie below the estimate: z0 = 0.254381; equal ones without one: no acceleration.
  std::vector<double> resampled;
  for (int i = 0; i <= 1000; ++i) resampled.push_back(i);
  const ConfidenceInterval interval = bca_interval(resampled, 600.1, {1, 1, 1});
  const auto place = [](double z) { return 1000 * std::erfc(-z / std::sqrt(2)) / 2; };
  EXPECT_NEAR(interval.low, place(2 * 0.254381 - 1.959964), 0.01);
  EXPECT_NEAR(interval.high, place(2 * 0.254381 + 1.959964), 0.01);
}

TEST(BcaInterval, AcceleratesByHand) {
  // Without one: mean 1, deviations m - j of 1, 1, -2: a = -6 / (6 * 6^1.5) = -0.0680414.
  std::vector<double> resampled;
  for (int i = -500; i <= 500; ++i) resampled.push_back(i);
  const ConfidenceInterval interval = bca_interval(resampled, 0, {0, 0, 3});
  const double a = -1 / std::pow(6, 1.5);
  const auto place = [&](double z) {
    return -500 + 1000 * std::erfc(-z / (1 - a * z) / std::sqrt(2)) / 2;
  };
  EXPECT_NEAR(interval.low, place(-1.959964), 1e-3);
  EXPECT_NEAR(interval.high, place(1.959964), 1e-3);
}

TEST(BcaInterval, LeansTowardsTheLongTail) {
  std::vector<double> skewed;
  for (int i = 0; i < 30; ++i) skewed.push_back(std::exp(i / 8.0));
  const PairedStatistics s = paired_statistics(each_its_own(skewed));
  EXPECT_GT(s.interval->high - s.mean, 1.15 * (s.mean - s.interval->low));
}

}  // namespace
}  // namespace flowreel
