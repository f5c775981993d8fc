// Names for measured colours: the nearest of the grammar's, or none where all are far.
#pragma once

#include <array>
#include <optional>

#include "pipeline/train/shapes/scene.h"

namespace flowreel {

using Levels = std::array<double, 3>;  // sRGB, 0 to 255, not rounded

// Euclidean, in CIELAB under D65.
double lab_distance(const Levels& a, const Levels& b);

// Nearest in CIELAB. Unset where the nearest is farther than 36, which is about as far as one can
// go from a named colour before another word fits better.
std::optional<shapes::Colour> shape_colour(const Levels& levels);

// The same for what is behind; a texture's black and white are nearer to grey. Unset beyond 24.
std::optional<shapes::BackgroundColour> background_colour(const Levels& levels, bool textured);

}  // namespace flowreel
