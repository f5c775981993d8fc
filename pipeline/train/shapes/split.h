// Which combinations a model never sees in training, so that prompts of them test whether it can
// compose.
#pragma once

#include <vector>

#include "pipeline/train/shapes/scene.h"

namespace flowreel::shapes {

enum class Split { kTraining, kHeldOut, kAll };

struct Triple {
  Kind kind;
  Colour colour;
  Motion motion;
};

// Whether the triple is held out: the first word of philox_block({kind, colour, motion, 0}, a fixed
// key) is below a tenth of 2^32. It is a property of the grammar: no seed or option changes it.
bool held_out(Kind kind, Colour colour, Motion motion);

// The legal triples of a split with these motions, in the order of the enumerations.
std::vector<Triple> triples(Split split, const std::vector<Motion>& motions);

}  // namespace flowreel::shapes
