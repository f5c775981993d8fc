#include "pipeline/train/shapes/placement.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/train/shapes/drawing.h"
#include "pipeline/train/shapes/outline.h"
#include "pipeline/train/shapes/truth.h"

namespace flowreel::shapes {
namespace {

TEST(Placement, SizesAreToldApart) {
  EXPECT_GE(radii(Size::kMedium).low, 1.2 * radii(Size::kSmall).high);
  EXPECT_GE(radii(Size::kLarge).low, 1.2 * radii(Size::kMedium).high);
  for (uint64_t index = 0; index < 100; ++index) {
    for (const Shape& shape : draw_scene(5, index).shapes) {
      EXPECT_GE(shape.radius, radii(shape.size).low);
      EXPECT_LE(shape.radius, radii(shape.size).high);
    }
  }
}

// In frames of any proportions: `wide` is width / height.
void expect_inside_and_apart(const Scene& scene, double wide) {
  const double width = std::max(1.0, wide);  // in smaller sides
  const double height = std::max(1.0, 1 / wide);
  constexpr int64_t kFrames = 129;
  for (int64_t frame = 0; frame < kFrames; ++frame) {
    for (size_t i = 0; i < scene.shapes.size(); ++i) {
      const Pose p = pose(scene.shapes[i], clip_time(frame, kFrames));
      const double around = reach(scene.shapes[i].kind) * p.radius;
      EXPECT_GE(std::min({p.x * width, p.y * height, (1 - p.x) * width, (1 - p.y) * height}),
                around + kEdgeMargin - 1e-9);
      for (size_t j = 0; j < i; ++j) {
        const Pose q = pose(scene.shapes[j], clip_time(frame, kFrames));
        EXPECT_GE(std::hypot((p.x - q.x) * width, (p.y - q.y) * height),
                  around + reach(scene.shapes[j].kind) * q.radius + 0.7 * kGap);
      }
    }
  }
}

TEST(Placement, ShapesStayInsideAndApart) {
  for (uint64_t index = 0; index < 120; ++index) {
    const Scene scene = draw_scene(6, index);
    for (double wide : {1.0, 16.0 / 9, 0.4}) expect_inside_and_apart(scene, wide);
  }
}

// Three orbits hardly fit: there is a scene all the same.
TEST(Placement, RoomIsFoundForTheHardest) {
  ShapesOptions options;
  options.motions = {Motion::kOrbiting};
  options.count_weights = {0, 0, 1};
  for (uint64_t index = 0; index < 5; ++index) {
    const Scene scene = draw_scene(8, index, options);
    EXPECT_EQ(scene.shapes.size(), 3u);
    expect_inside_and_apart(scene, 1);
  }
}

TEST(Placement, NoRoomLeavesTheShapesAsTheyAre) {
  std::vector<Shape> shapes(9);  // more than a frame holds
  shapes[3].x = 0.123;
  Dice dice(1, 1);
  EXPECT_FALSE(place(shapes, dice));
  EXPECT_EQ(shapes.size(), 9u);
  EXPECT_EQ(shapes[3].x, 0.123);
}

}  // namespace
}  // namespace flowreel::shapes
