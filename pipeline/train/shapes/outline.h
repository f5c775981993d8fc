// The form of each kind of shape, for radius 1 and angle 0; forms are chosen to look equally large.
//   circle    of radius 1
//   square    of half side 0.9, sides upright
//   triangle  equilateral, circumscribed radius 1.35, one corner up
//   star      pentagram {5/2}, circumscribed radius 1.35, one corner up
//   ring      between the radii 0.52 and 1
//   cross     two upright bars of half length 1.1 and half width 0.37
// All have their centroid at the centre.
#pragma once

#include "pipeline/train/shapes/scene.h"

namespace flowreel::shapes {

inline constexpr double kSquareSide = 0.9;
inline constexpr double kCornerRadius = 1.35;
inline constexpr double kRingHole = 0.52;
inline constexpr double kCrossLength = 1.1;
inline constexpr double kCrossWidth = 0.37;

// Distance of the outermost point from the centre, rounded up to two decimals.
double reach(Kind kind);

// Area of the form.
double area(Kind kind);

}  // namespace flowreel::shapes
