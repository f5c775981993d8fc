#include "pipeline/train/shapes/caption.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "errors/error.h"
#include "pipeline/train/shapes/drawing.h"

namespace flowreel::shapes {
namespace {

Shape shape(Size size, Colour colour, Kind kind, Motion motion) {
  return {kind, size, colour, motion};
}

Scene one() {
  Scene scene;
  scene.shapes = {shape(Size::kLarge, Colour::kRed, Kind::kStar, Motion::kSpinning)};
  scene.background.colour = scene.background.to = BackgroundColour::kDarkBlue;
  return scene;
}

Scene two() {
  Scene scene;
  scene.shapes = {shape(Size::kSmall, Colour::kOrange, Kind::kCircle, Motion::kLeft),
                  shape(Size::kMedium, Colour::kWhite, Kind::kSquare, Motion::kStill)};
  scene.background.kind = BackgroundKind::kTextured;
  scene.background.colour = scene.background.to = BackgroundColour::kGrey;
  scene.background.pan = Pan::kRight;
  return scene;
}

std::string phrased(Scene scene, int phrasing) {
  scene.phrasing = phrasing;
  return caption(scene);
}

TEST(Caption, PhrasingsOfOneShape) {
  const char* const expected[kPhrasings] = {
      "a large red star spinning on a dark blue background",
      "on a dark blue background, a large red star spins",
      "red star, large, spinning; dark blue background",
      "a red star spinning on a dark blue background",
      "a clip of a large red star that spins in front of a dark blue background",
      "a red star spins on a dark blue background",
      "a dark blue background with a large red star spinning",
      "there is a large red star that spins; the background is dark blue"};
  for (int i = 0; i < kPhrasings; ++i) EXPECT_EQ(phrased(one(), i), expected[i]);
}

TEST(Caption, PhrasingsOfTwoShapesAndAPan) {
  const char* const expected[kPhrasings] = {
      "a small orange circle moving left and a medium white square staying still on a textured "
      "grey "
      "background, the camera pans right",
      "on a textured grey background, a small orange circle moves left and a medium white square "
      "stays still, while the camera pans right",
      "orange circle, small, moving left; white square, medium, still; textured grey background; "
      "camera pans right",
      "an orange circle moving left and a white square staying still on a textured grey "
      "background, "
      "the camera pans right",
      "a clip of a small orange circle that moves left and a medium white square that stays still "
      "in front of a textured grey background, the camera pans right",
      "an orange circle moves left and a white square stays still on a textured grey background, "
      "the camera pans right",
      "a textured grey background with a small orange circle moving left and a medium white square "
      "staying still, the camera panning right",
      "there is a small orange circle that moves left and a medium white square that stays still; "
      "the background is textured grey; the camera pans right"};
  for (int i = 0; i < kPhrasings; ++i) EXPECT_EQ(phrased(two(), i), expected[i]);
}

TEST(Caption, GradientsAndThreeShapes) {
  Scene scene = one();
  scene.shapes.push_back(shape(Size::kSmall, Colour::kCyan, Kind::kRing, Motion::kDiagonal));
  scene.shapes.push_back(shape(Size::kSmall, Colour::kBlue, Kind::kCross, Motion::kGrowing));
  scene.background.kind = BackgroundKind::kGradient;
  scene.background.to = BackgroundColour::kLightYellow;
  EXPECT_EQ(phrased(scene, 5),
            "a red star spins, a cyan ring moves diagonally and a blue cross grows on a gradient "
            "background from dark blue to light yellow");
  EXPECT_EQ(phrased(scene, 7),
            "there is a large red star that spins, a small cyan ring that moves diagonally and a "
            "small blue cross that grows; the background is a gradient from dark blue to light "
            "yellow");
}

// All words are known, none is superfluous, and everything but the size is always said.
TEST(Caption, IsMadeOfTheVocabulary) {
  std::set<std::string> used;
  for (uint64_t index = 0; index < 3000; ++index) {
    Scene scene = draw_scene(9, index, {.count_weights = {1, 1, 0}, .split = Split::kAll});
    const std::string text = caption(scene);
    for (const Shape& shape : scene.shapes) {
      const std::string noun =
          std::string(name(shape.colour)) + " " + std::string(name(shape.kind));
      EXPECT_NE(text.find(noun), std::string::npos) << text;
    }
    EXPECT_NE(text.find(name(scene.background.colour)), std::string::npos) << text;
    EXPECT_NE(text.find(name(scene.background.to)), std::string::npos) << text;
    EXPECT_EQ(text.find("camera") != std::string::npos, scene.background.pan != Pan::kNone);
    EXPECT_EQ(text.find("  "), std::string::npos) << text;
    std::string words = text;
    std::replace_if(
        words.begin(), words.end(), [](char c) { return c == ',' || c == ';'; }, ' ');
    std::istringstream stream(words);
    for (std::string word; stream >> word;) used.insert(word);
  }
  EXPECT_EQ(std::vector<std::string>(used.begin(), used.end()), vocabulary());
}

TEST(Caption, WrongScenesAreNamed) {
  EXPECT_THROW(phrased(one(), kPhrasings), UsageError);
  EXPECT_THROW(phrased(one(), -1), UsageError);
  EXPECT_THROW(caption(Scene()), UsageError);
}

}  // namespace
}  // namespace flowreel::shapes
