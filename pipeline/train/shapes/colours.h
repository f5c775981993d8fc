// The named colours and which of them may meet. All in integers, so that every machine agrees.
#pragma once

#include <array>
#include <cstdint>

#include "pipeline/train/shapes/scene.h"

namespace flowreel::shapes {

using Rgb = std::array<int, 3>;  // sRGB, 0 to 255

Rgb rgb(Colour colour);
Rgb rgb(BackgroundColour colour);

// The middle of a texture's tones: the colour, moved to where kTextureTone fits on both sides.
// A texture adds -kTextureTone to kTextureTone to all three channels.
inline constexpr int kTextureTone = 24;
Rgb texture_middle(BackgroundColour colour);

// Least distance in RGB between a shape and what is behind it, and between a gradient's two ends.
inline constexpr int kLeastContrast = 120;

// Whether the shape's colour is at least kLeastContrast from every colour that the background
// shows: its one colour, its tones, or the way from one end to the other.
bool clearly_visible(Colour shape, const Background& background);

// Whether a gradient's two ends are at least kLeastContrast apart.
bool clearly_different(BackgroundColour from, BackgroundColour to);

}  // namespace flowreel::shapes
