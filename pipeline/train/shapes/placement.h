// Sizes, paths and positions such that each caption is true of its clip and nothing hides anything.
#pragma once

#include <vector>

#include "pipeline/train/shapes/dice.h"
#include "pipeline/train/shapes/scene.h"

namespace flowreel::shapes {

// Kept free around every shape, in smaller sides: to the frame's edge, and between two shapes.
inline constexpr double kEdgeMargin = 0.01;
inline constexpr double kGap = 0.04;

// Radii of a size word; the ranges are disjoint.
struct Range {
  double low;
  double high;
};
Range radii(Size size);

// Draws everything of the shapes but kind, colour and motion, such that in a frame of any
// proportions each shape lies wholly inside at all times and two are never closer than about kGap.
// (It is seen to in a square; in another frame positions spread out, sizes do not.) Returns false,
// and leaves the shapes as they are, if it found no place for all in a fair number of attempts.
bool place(std::vector<Shape>& shapes, Dice& dice);

}  // namespace flowreel::shapes
