#include "pipeline/train/shapes/drawing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "errors/error.h"
#include "pipeline/train/shapes/caption.h"
#include "pipeline/train/shapes/colours.h"

namespace flowreel::shapes {
namespace {

std::string error_of(const ShapesOptions& options) {
  try {
    draw_scene(0, 0, options);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Drawing, IsAFunctionOfSeedAndIndex) {
  std::set<std::string> captions;
  for (uint64_t index = 0; index < 50; ++index) {
    const Scene a = draw_scene(1, index);
    draw_scene(2, 99 - index);  // leaves nothing behind
    const Scene b = draw_scene(1, index);
    EXPECT_EQ(caption(a), caption(b));
    EXPECT_EQ(a.shapes[0].x, b.shapes[0].x);
    EXPECT_EQ(a.background.angle, b.background.angle);
    captions.insert(caption(a));
    captions.insert(caption(draw_scene(2, index)));
    captions.insert(caption(draw_scene(1, index + (uint64_t{1} << 32))));
  }
  EXPECT_GE(captions.size(), 145u);
}

// A dataset is named by its seed: its scenes must never change.
TEST(Drawing, KnownAnswers) {
  const Scene scene = draw_scene(42, 7);
  EXPECT_EQ(caption(scene), "a textured dark purple background with a large blue square spinning");
  EXPECT_EQ(scene.shapes[0].x, 0.54752146583786332);
  EXPECT_EQ(scene.shapes[0].radius, 0.24924161583185195);
  EXPECT_EQ(caption(draw_scene(42, uint64_t{1} << 40)),
            "on a gradient background from light yellow to light blue, a large green circle grows");
}

TEST(Drawing, EveryValueComesInItsShare) {
  std::map<std::string_view, int> seen;
  std::map<size_t, int> counts;
  std::map<int, int> phrasings;
  std::map<Pan, int> pans;
  ShapesOptions options;
  options.count_weights = {0.9, 0.1, 0};
  constexpr int kScenes = 4000;
  int shapes = 0;
  for (uint64_t index = 0; index < kScenes; ++index) {
    const Scene scene = draw_scene(3, index, options);
    ++counts[scene.shapes.size()];
    ++phrasings[scene.phrasing];
    ++pans[scene.background.pan];
    ++seen[name(scene.background.kind)];
    for (const Shape& shape : scene.shapes) {
      ++shapes;
      ++seen[name(shape.kind)];
      ++seen[name(shape.motion)];
      ++seen[name(shape.colour)];
    }
  }
  const auto share = [&](auto value) { return seen[name(value)] / static_cast<double>(shapes); };
  for (int i = 0; i < kKinds; ++i) EXPECT_NEAR(share(static_cast<Kind>(i)), 1.0 / 6, 0.04);
  for (int i = 0; i < kMotions; ++i) EXPECT_NEAR(share(static_cast<Motion>(i)), 1.0 / 11, 0.04);
  EXPECT_NEAR(share(Colour::kRed), 1.0 / 8, 0.03);
  EXPECT_NEAR(counts[1] / double{kScenes}, 0.9, 0.02);
  for (int i = 0; i < kPhrasings; ++i) EXPECT_NEAR(phrasings[i] / double{kScenes}, 0.125, 0.025);
  EXPECT_NEAR(seen["plain"] / double{kScenes}, 0.5, 0.03);
  EXPECT_NEAR(seen["gradient"] / double{kScenes}, 0.25, 0.03);
  EXPECT_NEAR(1 - pans[Pan::kNone] / double{kScenes}, 0.125, 0.02);
  for (int i = 1; i < kPans; ++i) {
    EXPECT_NEAR(pans[static_cast<Pan>(i)] / double{kScenes}, 0.03, 0.012);
  }
}

TEST(Drawing, SizesAreEvenForOneShapeAndAllOccurForThree) {
  for (size_t count = 1; count <= 3; ++count) {
    ShapesOptions options;
    options.count_weights = {0, 0, 0};
    options.count_weights[count - 1] = 2;
    std::map<Size, int> sizes;
    for (uint64_t index = 0; index < 300; ++index) {
      const Scene scene = draw_scene(4, index, options);
      ASSERT_EQ(scene.shapes.size(), count);
      for (const Shape& shape : scene.shapes) ++sizes[shape.size];
    }
    for (int i = 0; i < kSizes; ++i) EXPECT_GE(sizes[static_cast<Size>(i)], count == 1 ? 75 : 3);
  }
}

TEST(Drawing, ColoursOfAScene) {
  for (uint64_t index = 0; index < 300; ++index) {
    const Scene scene = draw_scene(5, index);
    const Background& background = scene.background;
    std::set<Colour> colours;
    for (const Shape& shape : scene.shapes) {
      colours.insert(shape.colour);
      EXPECT_TRUE(clearly_visible(shape.colour, background));
    }
    EXPECT_EQ(colours.size(), scene.shapes.size());
    const bool gradient = background.kind == BackgroundKind::kGradient;
    EXPECT_EQ(background.colour == background.to, !gradient);
    if (gradient) {
      EXPECT_TRUE(clearly_different(background.colour, background.to));
    }
    if (background.kind != BackgroundKind::kTextured) {
      EXPECT_EQ(background.pan, Pan::kNone);
    }
    EXPECT_EQ(background.pan == Pan::kNone, background.pan_distance == 0);
  }
}

TEST(Drawing, SplitsShareNoTriple) {
  ShapesOptions options;
  for (uint64_t index = 0; index < 200; ++index) {
    for (Split split : {Split::kTraining, Split::kHeldOut}) {
      options.split = split;
      for (const Shape& shape : draw_scene(6, index, options).shapes) {
        EXPECT_EQ(held_out(shape.kind, shape.colour, shape.motion), split == Split::kHeldOut);
        EXPECT_TRUE(legal(shape.kind, shape.motion));
      }
    }
  }
}

TEST(Drawing, OptionsAreHonoured) {
  ShapesOptions options;
  options.background_weights = {0, 0, 3};
  options.pan_probability = 1;
  options.motions = {Motion::kGrowing, Motion::kSpinning};
  for (uint64_t index = 0; index < 100; ++index) {
    const Scene scene = draw_scene(7, index, options);
    EXPECT_EQ(scene.background.kind, BackgroundKind::kTextured);
    EXPECT_NE(scene.background.pan, Pan::kNone);
    for (const Shape& shape : scene.shapes) {
      EXPECT_TRUE(shape.motion == Motion::kGrowing || shape.motion == Motion::kSpinning);
    }
  }
  options.pan_probability = 0;
  for (uint64_t index = 0; index < 100; ++index) {
    EXPECT_EQ(draw_scene(7, index, options).background.pan, Pan::kNone);
  }
}

TEST(Drawing, WrongOptionsAreNamed) {
  ShapesOptions options;
  options.count_weights = {1, 1};
  EXPECT_EQ(error_of(options), "shapes: count_weights has 2 values, expected 3");
  options.count_weights = {1, -0.5, 1};
  EXPECT_EQ(error_of(options), "shapes: count_weights has -0.5, expected 0 or more");
  options = {};
  options.background_weights = {0, 0, 0};
  EXPECT_EQ(error_of(options), "shapes: background_weights are all 0");
  options.background_weights = {0, std::numeric_limits<double>::infinity(), 0};
  EXPECT_EQ(error_of(options), "shapes: background_weights has inf, expected 0 or more");
  options = {};
  options.pan_probability = std::nan("");
  EXPECT_EQ(error_of(options), "shapes: pan_probability is nan, expected 0 to 1");
  options = {};
  options.motions = {};
  EXPECT_NE(error_of(options).find("motions has 0 values"), std::string::npos);
  options.motions = {Motion::kUp, Motion::kUp};
  EXPECT_NE(error_of(options).find("1 of them different"), std::string::npos);
}

}  // namespace
}  // namespace flowreel::shapes
