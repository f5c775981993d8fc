#include "pipeline/consistency/statistics/spread.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flowreel {
namespace {

TEST(Spread, TellsSeedsFromPrompts) {
  // Means 2 and 12 of two values each: MSW = (4 * 1) / 2 = 2, MSB = 2 * 2 * 25 / 1 = 100, n_0 = 2.
  const auto spread = spread_of({{"a", 1}, {"a", 3}, {"b", 11}, {"b", 13}});
  ASSERT_TRUE(spread);
  EXPECT_DOUBLE_EQ(spread->between_seeds, std::sqrt(2));
  EXPECT_DOUBLE_EQ(spread->between_prompts, std::sqrt(49));
}

TEST(Spread, OfPromptsWithDifferentNumbersOfSeeds) {
  // Means 3 (of 1, 3, 5) and 7 (of 7): mean 4, MSW = 8 / 2, MSB = 3 * 1 + 1 * 9, n_0 = 4 - 10 / 4.
  const auto spread = spread_of({{"a", 1}, {"b", 7}, {"a", 3}, {"a", 5}});
  ASSERT_TRUE(spread);
  EXPECT_DOUBLE_EQ(spread->between_seeds, 2);
  EXPECT_DOUBLE_EQ(spread->between_prompts, std::sqrt((12.0 - 4.0) / 1.5));
}

TEST(Spread, OfPromptsThatDifferNoMoreThanSeedsIsZero) {
  const auto spread = spread_of({{"a", 1}, {"a", 3}, {"b", 1}, {"b", 3}});
  ASSERT_TRUE(spread);
  EXPECT_EQ(spread->between_prompts, 0);
  EXPECT_DOUBLE_EQ(spread->between_seeds, std::sqrt(2));
}

TEST(Spread, NeedsTwoPromptsAndTwoSeedsOfOne) {
  EXPECT_FALSE(spread_of({}));
  EXPECT_FALSE(spread_of({{"a", 1}, {"a", 3}}));
  EXPECT_FALSE(spread_of({{"a", 1}, {"b", 3}, {"c", 4}}));
}

}  // namespace
}  // namespace flowreel
