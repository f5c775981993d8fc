#include "pipeline/train/shapes/outline.h"

#include <numbers>

namespace flowreel::shapes {

double reach(Kind kind) {
  switch (kind) {
    case Kind::kSquare:
      return 1.28;
    case Kind::kTriangle:
    case Kind::kStar:
      return kCornerRadius;
    case Kind::kCross:
      return 1.17;
    default:
      return 1;
  }
}

double area(Kind kind) {
  constexpr double kDisc = std::numbers::pi;
  constexpr double kCorner = kCornerRadius * kCornerRadius;
  switch (kind) {
    case Kind::kSquare:
      return 4 * kSquareSide * kSquareSide;
    case Kind::kTriangle:
      return 0.75 * std::numbers::sqrt3 * kCorner;
    case Kind::kStar:
      return 1.1225699414489633 * kCorner;  // 5 sin 36°, times its inner radius sin 18° / sin 54°
    case Kind::kRing:
      return kDisc * (1 - kRingHole * kRingHole);
    case Kind::kCross:
      return 8 * kCrossLength * kCrossWidth - 4 * kCrossWidth * kCrossWidth;
    default:
      return kDisc;
  }
}

}  // namespace flowreel::shapes
