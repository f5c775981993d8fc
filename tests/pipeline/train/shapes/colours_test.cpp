#include "pipeline/train/shapes/colours.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace flowreel::shapes {
namespace {

using Lab = std::array<double, 3>;

double linear(double level) {
  return level <= 0.04045 ? level / 12.92 : std::pow((level + 0.055) / 1.055, 2.4);
}

// CIELAB of sRGB levels, white D65.
Lab lab(const Rgb& colour) {
  const double r = linear(colour[0] / 255.0);
  const double g = linear(colour[1] / 255.0);
  const double b = linear(colour[2] / 255.0);
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16 / 116.0; };
  const double x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const double y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const double z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double difference(const Rgb& a, const Rgb& b) {
  const Lab p = lab(a), q = lab(b);
  return std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

std::vector<Colour> colours() {
  std::vector<Colour> all;
  for (int i = 0; i < kColours; ++i) all.push_back(static_cast<Colour>(i));
  return all;
}

std::vector<BackgroundColour> background_colours() {
  std::vector<BackgroundColour> all;
  for (int i = 0; i < kBackgroundColours; ++i) all.push_back(static_cast<BackgroundColour>(i));
  return all;
}

TEST(Colours, NoTwoLookAlike) {
  for (Colour a : colours()) {
    for (Colour b : colours()) {
      if (a < b) {
        EXPECT_GE(difference(rgb(a), rgb(b)), 38) << name(a) << " and " << name(b);
      }
    }
  }
  for (BackgroundColour a : background_colours()) {
    for (BackgroundColour b : background_colours()) {
      if (a < b) {
        EXPECT_GE(difference(rgb(a), rgb(b)), 22) << name(a) << " and " << name(b);
      }
    }
  }
}

// The levels that a background shows, at nine places of a gradient or a texture.
std::vector<Rgb> shown(const Background& background) {
  std::vector<Rgb> all;
  for (int i = 0; i <= 8; ++i) {
    Rgb level = rgb(background.colour);
    if (background.kind == BackgroundKind::kTextured) level = texture_middle(background.colour);
    for (size_t k = 0; k < 3; ++k) {
      const int end = rgb(background.to)[k];
      if (background.kind == BackgroundKind::kGradient) level[k] += (end - level[k]) * i / 8;
      if (background.kind == BackgroundKind::kTextured) level[k] += kTextureTone * (i - 4) / 4;
    }
    all.push_back(level);
  }
  return all;
}

std::vector<Background> backgrounds() {
  std::vector<Background> all;
  for (int kind = 0; kind < kBackgroundKinds; ++kind) {
    for (BackgroundColour from : background_colours()) {
      for (BackgroundColour to : background_colours()) {
        Background background;
        background.kind = static_cast<BackgroundKind>(kind);
        background.colour = from;
        background.to = to;
        const bool gradient = background.kind == BackgroundKind::kGradient;
        if (gradient ? clearly_different(from, to) : from == to) all.push_back(background);
      }
    }
  }
  return all;
}

TEST(Colours, ShapesAreFarFromAllThatIsBehindThem) {
  for (const Background& background : backgrounds()) {
    for (Colour shape : colours()) {
      if (!clearly_visible(shape, background)) continue;
      for (const Rgb& behind : shown(background)) {
        EXPECT_GE(difference(rgb(shape), behind), 30)
            << name(shape) << " on " << name(background.colour) << " " << name(background.to);
        for (int level : behind) EXPECT_TRUE(level >= 0 && level <= 255);
      }
    }
  }
}

TEST(Colours, WhatIsTheSameOrLightOnLightIsNotVisible) {
  Background white;
  white.colour = white.to = BackgroundColour::kWhite;
  EXPECT_FALSE(clearly_visible(Colour::kWhite, white));
  EXPECT_TRUE(clearly_visible(Colour::kYellow, white));
  Background gradient;
  gradient.kind = BackgroundKind::kGradient;
  gradient.to = BackgroundColour::kWhite;  // from black: through all greys
  EXPECT_FALSE(clearly_visible(Colour::kWhite, gradient));
  EXPECT_FALSE(clearly_different(BackgroundColour::kLightBlue, BackgroundColour::kLightPurple));
}

// Whatever three colours meet, there are backgrounds of each kind for them.
TEST(Colours, EveryThreeColoursHaveBackgrounds) {
  const std::vector<Background> all = backgrounds();
  for (Colour a : colours()) {
    for (Colour b : colours()) {
      for (Colour c : colours()) {
        std::array<int, kBackgroundKinds> found = {};
        for (const Background& background : all) {
          if (clearly_visible(a, background) && clearly_visible(b, background) &&
              clearly_visible(c, background)) {
            ++found[static_cast<size_t>(background.kind)];
          }
        }
        EXPECT_GE(*std::min_element(found.begin(), found.end()), 3)
            << name(a) << " " << name(b) << " " << name(c);
      }
    }
  }
}

}  // namespace
}  // namespace flowreel::shapes
