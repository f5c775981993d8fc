#include "pipeline/train/shapes/colours.h"

#include <algorithm>

namespace flowreel::shapes {
namespace {

constexpr std::array<Rgb, kColours> kShapeColours = {{
    {224, 32, 40},    // red
    {255, 140, 0},    // orange
    {255, 232, 40},   // yellow
    {30, 180, 50},    // green
    {50, 215, 235},   // cyan
    {40, 70, 235},    // blue
    {190, 50, 220},   // purple
    {255, 255, 255},  // white
}};

constexpr std::array<Rgb, kBackgroundColours> kColoursBehind = {{
    {0, 0, 0},        // black
    {128, 128, 128},  // grey
    {255, 255, 255},  // white
    {100, 20, 25},    // dark red
    {10, 75, 30},     // dark green
    {15, 30, 110},    // dark blue
    {90, 20, 100},    // dark purple
    {255, 180, 175},  // light red
    {255, 245, 160},  // light yellow
    {175, 235, 170},  // light green
    {150, 205, 255},  // light blue
    {220, 180, 250},  // light purple
}};

bool far(const Rgb& a, const Rgb& b) {
  int squares = 0;
  for (size_t i = 0; i < 3; ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  return squares >= kLeastContrast * kLeastContrast;
}

Rgb shifted(const Rgb& colour, int by) { return {colour[0] + by, colour[1] + by, colour[2] + by}; }

bool far_from_gradient(const Rgb& shape, const Rgb& from, const Rgb& to) {
  constexpr int kSteps = 16;
  for (int step = 0; step <= kSteps; ++step) {
    Rgb mixed;
    for (size_t i = 0; i < 3; ++i) {
      mixed[i] = (from[i] * (kSteps - step) + to[i] * step) / kSteps;
    }
    if (!far(shape, mixed)) return false;
  }
  return true;
}

}  // namespace

Rgb rgb(Colour colour) { return kShapeColours.at(static_cast<size_t>(colour)); }

Rgb rgb(BackgroundColour colour) { return kColoursBehind.at(static_cast<size_t>(colour)); }

Rgb texture_middle(BackgroundColour colour) {
  Rgb middle = rgb(colour);
  for (int& value : middle) value = std::clamp(value, kTextureTone, 255 - kTextureTone);
  return middle;
}

bool clearly_visible(Colour shape, const Background& background) {
  const Rgb own = rgb(shape);
  switch (background.kind) {
    case BackgroundKind::kPlain:
      return far(own, rgb(background.colour));
    case BackgroundKind::kGradient:
      return far_from_gradient(own, rgb(background.colour), rgb(background.to));
    case BackgroundKind::kTextured:
      break;
  }
  const Rgb middle = texture_middle(background.colour);
  return far_from_gradient(own, shifted(middle, -kTextureTone), shifted(middle, kTextureTone));
}

bool clearly_different(BackgroundColour from, BackgroundColour to) {
  return far(rgb(from), rgb(to));
}

}  // namespace flowreel::shapes
