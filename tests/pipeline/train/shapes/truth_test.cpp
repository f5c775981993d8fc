#include "pipeline/train/shapes/truth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "errors/error.h"
#include "pipeline/train/shapes/drawing.h"

namespace flowreel::shapes {
namespace {

// Shapes of a few hundred scenes that have this motion.
std::vector<Shape> drawn(Motion motion) {
  ShapesOptions options;
  options.motions = {motion};
  options.count_weights = {1, 1, 0};
  options.split = Split::kAll;
  std::vector<Shape> all;
  for (uint64_t index = 0; index < 60; ++index) {
    for (const Shape& shape : draw_scene(11, index, options).shapes) all.push_back(shape);
  }
  return all;
}

struct Travel {
  double dx, dy;         // from the first frame to the last
  double width, height;  // of the box around all frames
  int reversals;         // of the vertical direction
};

Travel travel(const Shape& shape, int64_t frames) {
  const std::vector<Pose> all = poses(shape, frames);
  const auto [left, right] = std::minmax_element(
      all.begin(), all.end(), [](const Pose& a, const Pose& b) { return a.x < b.x; });
  const auto [top, bottom] = std::minmax_element(
      all.begin(), all.end(), [](const Pose& a, const Pose& b) { return a.y < b.y; });
  Travel found = {all.back().x - all.front().x, all.back().y - all.front().y, right->x - left->x,
                  bottom->y - top->y, 0};
  for (size_t i = 2; i < all.size(); ++i) {
    found.reversals += (all[i].y - all[i - 1].y) * (all[i - 1].y - all[i - 2].y) < 0;
  }
  return found;
}

// What "moving left" and the like promise, in a clip of few or many frames.
TEST(Truth, StraightMotionsGoWhereTheirWordSays) {
  const struct {
    Motion motion;
    int x, y;
  } cases[] = {
      {Motion::kLeft, -1, 0}, {Motion::kRight, 1, 0}, {Motion::kUp, 0, -1}, {Motion::kDown, 0, 1}};
  for (const auto& expected : cases) {
    for (const Shape& shape : drawn(expected.motion)) {
      for (int64_t frames : {5, 33, 129}) {
        const Travel found = travel(shape, frames);
        EXPECT_GE(found.dx * expected.x + found.dy * expected.y, 0.25) << name(shape.motion);
        EXPECT_EQ(expected.x == 0 ? found.width : found.height, 0) << name(shape.motion);
      }
    }
  }
  for (const Shape& shape : drawn(Motion::kDiagonal)) {
    const Travel found = travel(shape, 33);
    EXPECT_GE(std::abs(found.dx), 0.25);
    EXPECT_DOUBLE_EQ(std::abs(found.dx), std::abs(found.dy));
  }
}

TEST(Truth, WhatDoesNotTravelStaysInPlace) {
  for (Motion motion : {Motion::kStill, Motion::kSpinning, Motion::kGrowing, Motion::kShrinking}) {
    for (const Shape& shape : drawn(motion)) {
      const Travel found = travel(shape, 33);
      EXPECT_EQ(found.width, 0);
      EXPECT_EQ(found.height, 0);
    }
  }
}

TEST(Truth, BouncingTurnsRoundAgainAndAgain) {
  for (const Shape& shape : drawn(Motion::kBouncing)) {
    for (int64_t frames : {17, 33, 129}) {
      const Travel found = travel(shape, frames);
      EXPECT_GE(found.reversals, 2);
      EXPECT_GE(found.height, 0.2);
      EXPECT_EQ(found.width, 0);
    }
  }
}

TEST(Truth, OrbitsAreAtLeastNearlyFull) {
  for (const Shape& shape : drawn(Motion::kOrbiting)) {
    double turned = 0;
    const std::vector<Pose> all = poses(shape, 65);
    for (size_t i = 0; i < all.size(); ++i) {
      EXPECT_NEAR(std::hypot(all[i].x - shape.x, all[i].y - shape.y), shape.dx, 1e-12);
      if (i == 0) continue;
      const double cross = (all[i - 1].x - shape.x) * (all[i].y - shape.y) -
                           (all[i - 1].y - shape.y) * (all[i].x - shape.x);
      turned += std::asin(cross / (shape.dx * shape.dx)) / (2 * std::numbers::pi);
    }
    EXPECT_GE(std::abs(turned), 0.9);
    EXPECT_NEAR(turned, shape.cycles, 1e-9);  // clockwise is positive
    EXPECT_GE(2 * shape.dx, 0.25);
  }
}

TEST(Truth, SpinningTurnsAndOthersDoNot) {
  for (const Shape& shape : drawn(Motion::kSpinning)) {
    const std::vector<Pose> all = poses(shape, 17);
    const double turned = std::abs(all.back().angle - all.front().angle);
    EXPECT_GE(turned, 0.5);
    EXPECT_LE(turned, 1.25);
    // Less than half of a square's or a star's symmetry a frame, or it would seem to turn back.
    EXPECT_LT(std::abs(all[1].angle - all[0].angle), 0.1);
  }
  for (Motion motion : {Motion::kStill, Motion::kLeft, Motion::kOrbiting, Motion::kGrowing}) {
    for (const Shape& shape : drawn(motion)) {
      EXPECT_EQ(pose(shape, 1).angle, pose(shape, 0).angle);
      EXPECT_LE(std::abs(shape.angle), 1.0 / 30);
    }
  }
}

TEST(Truth, GrowingAndShrinkingChangeTheSize) {
  for (const Shape& shape : drawn(Motion::kGrowing)) {
    EXPECT_GE(pose(shape, 1).radius, 1.6 * pose(shape, 0).radius);
    EXPECT_NEAR(pose(shape, 0.5).radius, shape.radius, 1e-12);
    EXPECT_NEAR(pose(shape, 1).radius / pose(shape, 0).radius, shape.growth, 1e-12);
  }
  for (const Shape& shape : drawn(Motion::kShrinking)) {
    EXPECT_GE(pose(shape, 0).radius, 1.6 * pose(shape, 1).radius);
    EXPECT_NEAR(pose(shape, 0.5).radius, shape.radius, 1e-12);
  }
  for (const Shape& shape : drawn(Motion::kOrbiting)) {
    EXPECT_EQ(pose(shape, 0.3).radius, shape.radius);
  }
}

TEST(Truth, TimeRunsFromTheFirstFrameToTheLast) {
  EXPECT_EQ(clip_time(0, 33), 0);
  EXPECT_EQ(clip_time(16, 33), 0.5);
  EXPECT_EQ(clip_time(32, 33), 1);
  EXPECT_EQ(clip_time(0, 1), 0);
  EXPECT_THROW(poses(Shape(), 0), UsageError);
}

}  // namespace
}  // namespace flowreel::shapes
