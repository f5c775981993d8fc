// Rectified flow in the plane: points paired with where a velocity carries them.
#pragma once

#include "pipeline/train/toy/fit.h"

namespace flowreel {

struct PointPairs {
  at::Tensor noise, data;  // [n,2] each, row by row
};

// `count` standard normal points and where `steps` even Euler steps carry them: the coupling of Liu
// et al., arXiv 2209.03003, algorithm 1. A function of its arguments alone.
PointPairs carried_points(const Velocity& velocity, int64_t count, int steps, uint64_t seed);

// `batch` of the pairs, drawn with replacement.
PointBatches batches_of(PointPairs pairs, int64_t batch);

}  // namespace flowreel
