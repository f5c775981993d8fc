#include "pipeline/evaluate/colour_names.h"

#include <gtest/gtest.h>

#include "pipeline/train/shapes/colours.h"

namespace flowreel {
namespace {

Levels shifted(const shapes::Rgb& rgb, double by) {
  return {rgb[0] + by, rgb[1] + by, rgb[2] + by};
}

TEST(ColourNames, DistanceIsThatOfCielab) {
  EXPECT_NEAR(lab_distance({0, 0, 0}, {255, 255, 255}), 100, 1e-3);
  // sRGB red is L 53.24, a 80.09, b 67.20; sRGB blue L 32.30, a 79.19, b -107.86.
  EXPECT_NEAR(lab_distance({255, 0, 0}, {0, 0, 255}), 176.31, 0.05);
}

TEST(ColourNames, EachColourHasItsOwnName) {
  for (int i = 0; i < shapes::kColours; ++i) {
    const auto colour = static_cast<shapes::Colour>(i);
    for (const double by : {-12.0, 0.0, 12.0}) {
      EXPECT_EQ(shape_colour(shifted(shapes::rgb(colour), by)), colour) << by;
    }
  }
  for (int i = 0; i < shapes::kBackgroundColours; ++i) {
    const auto colour = static_cast<shapes::BackgroundColour>(i);
    for (const double by : {-6.0, 0.0, 6.0}) {
      EXPECT_EQ(background_colour(shifted(shapes::rgb(colour), by), false), colour) << by;
      EXPECT_EQ(background_colour(shifted(shapes::texture_middle(colour), by), true), colour) << by;
    }
  }
}

TEST(ColourNames, FarColoursHaveNone) {
  EXPECT_FALSE(shape_colour({128, 128, 128}));
  EXPECT_FALSE(shape_colour({0, 0, 0}));
  EXPECT_FALSE(background_colour({224, 32, 40}, false));
  EXPECT_FALSE(background_colour({40, 70, 235}, true));
}

}  // namespace
}  // namespace flowreel
