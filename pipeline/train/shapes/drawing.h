// The endless list of scenes: scene number `index` of a seed.
#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/train/shapes/scene.h"
#include "pipeline/train/shapes/split.h"

namespace flowreel::shapes {

// Weights need not sum to 1.
struct ShapesOptions {
  std::vector<double> count_weights = {0.5, 0.3, 0.2};         // of one, two, three shapes
  std::vector<double> background_weights = {0.5, 0.25, 0.25};  // of plain, gradient, textured
  double pan_probability = 0.5;  // of a camera pan where there is a texture, in [0,1]
  std::vector<Motion> motions = {Motion::kStill,    Motion::kLeft,     Motion::kRight,
                                 Motion::kUp,       Motion::kDown,     Motion::kDiagonal,
                                 Motion::kBouncing, Motion::kOrbiting, Motion::kSpinning,
                                 Motion::kGrowing,  Motion::kShrinking};
  // Of kind, colour and motion, for every shape of the scene.
  Split split = Split::kTraining;
};

// Throws UsageError that names the option, if no scene can follow these options.
void check(const ShapesOptions& options);

// The scene, a pure function of its arguments and the same on every machine. Each shape's (kind,
// colour, motion) is drawn uniformly from the split's legal ones, no two of one colour; the size
// uniformly, but where several shapes have to find room the larger come less often. Throws
// UsageError as check() does, and NumericsError where it finds no room for the shapes.
Scene draw_scene(uint64_t seed, uint64_t index, const ShapesOptions& options = {});

}  // namespace flowreel::shapes
