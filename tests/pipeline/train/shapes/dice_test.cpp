#include "pipeline/train/shapes/dice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace flowreel::shapes {
namespace {

TEST(Dice, AreAFunctionOfSeedAndIndex) {
  const auto first = [](uint64_t seed, uint64_t index) {
    Dice dice(seed, index);
    return std::array<size_t, 5>{dice.below(1u << 31), dice.below(1u << 31), dice.below(1u << 31),
                                 dice.below(1u << 31), dice.below(1u << 31)};
  };
  EXPECT_EQ(first(1, 2), first(1, 2));
  std::set<std::array<size_t, 5>> all;
  for (uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32}) {
    for (uint64_t index : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32}) {
      all.insert(first(seed, index));
    }
  }
  EXPECT_EQ(all.size(), 9u);
}

TEST(Dice, CoverTheirRangesEvenly) {
  Dice dice(0, 0);
  std::array<int, 7> counts = {};
  double sum = 0, least = 9, most = 0;
  for (int i = 0; i < 7000; ++i) {
    ++counts[dice.below(7)];
    const double value = dice.uniform(2, 6);
    sum += value;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  for (int count : counts) EXPECT_NEAR(count, 1000, 120);
  EXPECT_NEAR(sum / 7000, 4, 0.06);
  EXPECT_TRUE(least >= 2 && least < 2.01 && most < 6 && most > 5.99) << least << " " << most;
}

TEST(Dice, WeightsAreProbabilities) {
  Dice dice(3, 4);
  std::array<int, 4> counts = {};
  for (int i = 0; i < 4000; ++i) ++counts[dice.weighted({0, 3, 1, 0})];
  EXPECT_EQ(counts[0] + counts[3], 0);
  EXPECT_NEAR(counts[1], 3000, 120);
}

}  // namespace
}  // namespace flowreel::shapes
