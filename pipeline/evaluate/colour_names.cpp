#include "pipeline/evaluate/colour_names.h"

#include <cmath>

#include "pipeline/train/shapes/colours.h"

namespace flowreel {
namespace {

constexpr double kFarthestShape = 36;
constexpr double kFarthestBackground = 24;

double linear_light(double level) {
  const double v = level / 255;
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

double lightness_curve(double t) {
  constexpr double kKnee = 216.0 / 24389, kSlope = 24389.0 / 27;
  return t > kKnee ? std::cbrt(t) : (kSlope * t + 16) / 116;
}

// IEC 61966-2-1 to CIE 1976 L*a*b*, D65.
std::array<double, 3> to_lab(const Levels& levels) {
  const double r = linear_light(levels[0]), g = linear_light(levels[1]),
               b = linear_light(levels[2]);
  const double x = lightness_curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const double y = lightness_curve(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
  const double z = lightness_curve((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

Levels levels_of(const shapes::Rgb& rgb) {
  return {static_cast<double>(rgb[0]), static_cast<double>(rgb[1]), static_cast<double>(rgb[2])};
}

// The value of 0 to count - 1 whose colour is nearest.
template <typename Value, typename ColourOf>
std::optional<Value> nearest(const Levels& levels, int count, double farthest,
                             const ColourOf& colour_of) {
  std::optional<Value> found;
  double least = farthest;
  for (int i = 0; i < count; ++i) {
    const auto value = static_cast<Value>(i);
    const double distance = lab_distance(levels, levels_of(colour_of(value)));
    if (distance > least) continue;
    least = distance;
    found = value;
  }
  return found;
}

}  // namespace

double lab_distance(const Levels& a, const Levels& b) {
  const auto p = to_lab(a), q = to_lab(b);
  return std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

std::optional<shapes::Colour> shape_colour(const Levels& levels) {
  return nearest<shapes::Colour>(levels, shapes::kColours, kFarthestShape,
                                 [](shapes::Colour c) { return shapes::rgb(c); });
}

std::optional<shapes::BackgroundColour> background_colour(const Levels& levels, bool textured) {
  return nearest<shapes::BackgroundColour>(
      levels, shapes::kBackgroundColours, kFarthestBackground, [&](shapes::BackgroundColour c) {
        return textured ? shapes::texture_middle(c) : shapes::rgb(c);
      });
}

}  // namespace flowreel
