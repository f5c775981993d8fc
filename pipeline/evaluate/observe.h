// What is to be seen in a clip, found by classical vision without knowing its caption.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "pipeline/train/shapes/scene.h"

namespace flowreel {

// Unset is "unclear": nothing there, several things, between two names, or no case of the grammar.
struct Observation {
  std::optional<shapes::Kind> kind;
  std::optional<shapes::Colour> colour;
  std::optional<shapes::Motion> motion;
  std::optional<shapes::BackgroundKind> background;
  std::optional<shapes::BackgroundColour> background_colour;
  // Of a gradient, the other end; which end is which cannot be seen.
  std::optional<shapes::BackgroundColour> background_to;
};

// Looks for one shape in front of a background. frames [F,H,W,3] uint8 RGB on the CPU; UsageError
// unless F >= 5 and both sides are at least 32.
Observation observe(const at::Tensor& frames);

// "red star spinning, gradient from black to grey"; what is unclear is "?".
std::string describe(const Observation& seen);

}  // namespace flowreel
