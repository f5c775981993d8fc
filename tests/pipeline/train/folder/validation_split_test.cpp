#include "pipeline/train/folder/validation_split.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "errors/error.h"

namespace flowreel {
namespace {

std::vector<std::string> names(int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back("clip_" + std::to_string(i) + ".mp4");
  return all;
}

int64_t chosen(const std::vector<bool>& split) {
  return std::count(split.begin(), split.end(), true);
}

TEST(ValidationSplit, TakesAboutTheShare) {
  EXPECT_NEAR(static_cast<double>(chosen(validation_split(names(2000), 0.1))), 200, 40);
  EXPECT_NEAR(static_cast<double>(chosen(validation_split(names(2000), 0.5))), 1000, 80);
}

TEST(ValidationSplit, AClipStaysOnItsSideWhenOthersCome) {
  const std::vector<bool> few = validation_split(names(500), 0.2);
  const std::vector<bool> many = validation_split(names(600), 0.2);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

TEST(ValidationSplit, NeitherSideIsEmpty) {
  for (int count = 2; count < 8; ++count) {
    for (double share : {0.0, 0.1, 0.9}) {
      const int64_t validating = chosen(validation_split(names(count), share));
      EXPECT_GE(validating, 1) << count << " " << share;
      EXPECT_LT(validating, count) << count << " " << share;
    }
  }
  EXPECT_THROW(validation_split(names(1), 0.1), DataError);
}

}  // namespace
}  // namespace flowreel
