// What lies behind the shapes.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "pipeline/train/shapes/scene.h"

namespace flowreel::shapes {

// Writes the background into `clip`, [3,F,H,W] float32 in [-1,1], for frames `first` to first + F -
// 1 of a clip of `frames`.
//   gradient   from one colour to the other along its angle, in the frame's own coordinates, with a
//              tenth of pure colour at both ends
//   textured   two waves at right angles, `waves` to the smaller side, each of half of
//              kTextureTone, around texture_middle()
void paint_background(at::Tensor clip, const Background& background, int64_t first, int64_t frames);

}  // namespace flowreel::shapes
