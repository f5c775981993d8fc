#include "pipeline/train/shapes/scene.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "errors/error.h"

namespace flowreel::shapes {
namespace {

template <typename Enum>
std::set<std::string_view> names(int count) {
  std::set<std::string_view> all;
  for (int i = 0; i < count; ++i) all.insert(name(static_cast<Enum>(i)));
  return all;
}

TEST(Scene, EveryValueHasANameOfItsOwn) {
  EXPECT_EQ(names<Kind>(kKinds).size(), size_t{kKinds});
  EXPECT_EQ(names<Size>(kSizes).size(), size_t{kSizes});
  EXPECT_EQ(names<Colour>(kColours).size(), size_t{kColours});
  EXPECT_EQ(names<Motion>(kMotions).size(), size_t{kMotions});
  EXPECT_EQ(names<BackgroundKind>(kBackgroundKinds).size(), size_t{kBackgroundKinds});
  EXPECT_EQ(names<BackgroundColour>(kBackgroundColours).size(), size_t{kBackgroundColours});
  EXPECT_EQ(names<Pan>(kPans).size(), size_t{kPans});
  EXPECT_EQ(name(Kind::kCross), "cross");
  EXPECT_EQ(name(Colour::kWhite), "white");
  EXPECT_EQ(name(Motion::kShrinking), "shrinking");
  EXPECT_EQ(name(BackgroundColour::kLightPurple), "light purple");
}

TEST(Scene, MotionsAreFoundByName) {
  for (int i = 0; i < kMotions; ++i) {
    const auto motion = static_cast<Motion>(i);
    EXPECT_EQ(motion_named(name(motion)), motion);
  }
  try {
    motion_named("jumping");
    FAIL() << "expected an error";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("'jumping'"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("growing, shrinking"), std::string::npos);
  }
}

TEST(Scene, WhatIsRoundDoesNotSpin) {
  EXPECT_FALSE(legal(Kind::kCircle, Motion::kSpinning));
  EXPECT_FALSE(legal(Kind::kRing, Motion::kSpinning));
  EXPECT_TRUE(legal(Kind::kSquare, Motion::kSpinning));
  EXPECT_TRUE(legal(Kind::kCircle, Motion::kOrbiting));
}

}  // namespace
}  // namespace flowreel::shapes
