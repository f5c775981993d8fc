// The learning rate over a run: a linear rise, then constant or falling.
#pragma once

#include <cstdint>

namespace flowreel {

enum class Decay { kConstant, kLinear, kCosine };

struct LearningRate {
  double peak = 1e-4;
  int64_t warmup_steps = 0;
  Decay decay = Decay::kConstant;
  double final_fraction = 0;  // of the peak, reached at the last step

  // At `step` (from 0) of `steps`: never 0 at the first step.
  double at(int64_t step, int64_t steps) const;
};

}  // namespace flowreel
