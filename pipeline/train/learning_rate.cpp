#include "pipeline/train/learning_rate.h"

#include <algorithm>
#include <cmath>

namespace flowreel {

double LearningRate::at(int64_t step, int64_t steps) const {
  if (step < warmup_steps)
    return peak * static_cast<double>(step + 1) / static_cast<double>(warmup_steps);
  if (decay == Decay::kConstant) return peak;
  const double span = static_cast<double>(std::max<int64_t>(1, steps - 1 - warmup_steps));
  const double done = std::clamp(static_cast<double>(step - warmup_steps) / span, 0.0, 1.0);
  const double fall = decay == Decay::kLinear ? 1 - done : 0.5 * (1 + std::cos(M_PI * done));
  return peak * (final_fraction + (1 - final_fraction) * fall);
}

}  // namespace flowreel
