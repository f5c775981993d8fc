#include "pipeline/train/shapes/placement.h"

#include <algorithm>
#include <array>

#include "pipeline/train/shapes/truth.h"

namespace flowreel::shapes {
namespace {

constexpr std::array<Range, kSizes> kRadii = {{{0.115, 0.13}, {0.165, 0.185}, {0.225, 0.25}}};

// Attempts: sizes, with these positions from the first shape on, for each one among those before
// it. Many positions before the next sizes, or hardly any but small shapes would find room
// together.
constexpr int kResizes = 12;
constexpr int kRestarts = 12;
constexpr int kTries = 20;
constexpr int kInstants = 64;  // at which distances are looked at; between them kGap is ample

constexpr double kTilt = 1.0 / 30;  // of a shape that does not spin, in turns

// How far the path goes from (x, y) in each direction.
struct Extent {
  Range x;
  Range y;
};

Extent extent(const Shape& shape) {
  if (shape.motion == Motion::kOrbiting) {
    return {{-shape.dx, shape.dx}, {-shape.dy, shape.dy}};
  }
  return {{std::min(0.0, shape.dx), std::max(0.0, shape.dx)},
          {std::min(0.0, shape.dy), std::max(0.0, shape.dy)}};
}

void draw_straight(Shape& shape, Dice& dice, double room) {
  const bool diagonal = shape.motion == Motion::kDiagonal;
  const double length =
      diagonal ? dice.uniform(0.26, std::min(0.42, room)) : dice.uniform(0.28, std::min(0.5, room));
  switch (shape.motion) {
    case Motion::kLeft:
      shape.dx = -length;
      break;
    case Motion::kRight:
      shape.dx = length;
      break;
    case Motion::kUp:
      shape.dy = -length;
      break;
    case Motion::kDown:
      shape.dy = length;
      break;
    default:
      shape.dx = dice.sign() * length;
      shape.dy = dice.sign() * length;
  }
}

// `room` is how far a path may go in either direction.
void draw_path(Shape& shape, Dice& dice, double room) {
  switch (shape.motion) {
    case Motion::kStill:
    case Motion::kGrowing:
    case Motion::kShrinking:
      break;
    case Motion::kBouncing:
      shape.dy = -dice.uniform(0.28, std::min(0.45, room));
      shape.cycles = dice.uniform(1.5, 2.5);
      shape.phase = dice.uniform(0, 1);
      break;
    case Motion::kOrbiting:
      shape.dx = shape.dy = dice.uniform(0.14, std::min(0.2, room / 2));
      shape.cycles = dice.sign() * dice.uniform(0.9, 1.25);
      shape.phase = dice.uniform(0, 1);
      break;
    case Motion::kSpinning:
      shape.angle = dice.uniform(0, 1);
      shape.cycles = dice.sign() * dice.uniform(0.5, 1);
      break;
    default:
      draw_straight(shape, dice, room);
  }
}

// Half of those that could move in step with one that is already there do: several orbits or
// diagonals would hardly ever find room side by side otherwise.
void fall_into_step(Shape& shape, const std::vector<Shape>& placed, Dice& dice, double room) {
  for (const Shape& leader : placed) {
    if (leader.motion != shape.motion || shape.motion == Motion::kSpinning) continue;
    const auto [x, y] = extent(leader);
    if (x.high - x.low > room || y.high - y.low > room || dice.chance(0.5)) return;
    shape.dx = leader.dx;
    shape.dy = leader.dy;
    shape.cycles = leader.cycles;
    shape.phase = leader.phase;
    return;
  }
}

// Everything that the caption leaves open.
Shape drawn(const Shape& what, const std::vector<Shape>& placed, Dice& dice) {
  Shape shape = {what.kind, what.size, what.colour, what.motion};
  const Range range = radii(shape.size);
  shape.radius = dice.uniform(range.low, range.high);
  shape.angle = dice.uniform(-kTilt, kTilt);
  if (shape.motion == Motion::kGrowing || shape.motion == Motion::kShrinking) {
    shape.growth = dice.uniform(1.7, 2);
  }
  const double edge = greatest_reach(shape) + kEdgeMargin;
  const double room = 1 - 2 * edge;
  draw_path(shape, dice, room);
  fall_into_step(shape, placed, dice, room);
  const auto [x, y] = extent(shape);
  shape.x = dice.uniform(edge - x.low, 1 - edge - x.high);
  shape.y = dice.uniform(edge - y.low, 1 - edge - y.high);
  return shape;
}

bool apart_at(const Shape& a, const Shape& b, double u, double least) {
  const Pose p = pose(a, u);
  const Pose q = pose(b, u);
  return (p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y) >= least * least;
}

bool apart(const Shape& a, const Shape& b) {
  const double least = greatest_reach(a) + greatest_reach(b) + kGap;
  for (const int step : {kInstants / 4, 1}) {  // most that meet are found out in five looks
    for (int instant = 0; instant <= kInstants; instant += step) {
      if (!apart_at(a, b, static_cast<double>(instant) / kInstants, least)) return false;
    }
  }
  return true;
}

bool place_next(std::vector<Shape>& placed, const Shape& what, Dice& dice) {
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const Shape shape = drawn(what, placed, dice);
    const auto clear = [&](const Shape& other) { return apart(shape, other); };
    if (std::all_of(placed.begin(), placed.end(), clear)) {
      placed.push_back(shape);
      return true;
    }
  }
  return false;
}

}  // namespace

Range radii(Size size) { return kRadii.at(static_cast<size_t>(size)); }

bool place(std::vector<Shape>& shapes, Dice& dice) {
  for (int attempt = 0; attempt < kResizes * kRestarts; ++attempt) {
    if (attempt % kRestarts == 0) {
      for (Shape& shape : shapes) shape.size = static_cast<Size>(dice.below(kSizes));
    }
    std::vector<Shape> placed;
    const auto fits = [&](const Shape& what) { return place_next(placed, what, dice); };
    if (std::all_of(shapes.begin(), shapes.end(), fits)) {
      shapes = placed;
      return true;
    }
  }
  return false;
}

}  // namespace flowreel::shapes
