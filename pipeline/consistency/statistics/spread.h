// How far the values of a metric lie apart, seeds of one prompt and prompts told from each other.
#pragma once

#include <optional>
#include <vector>

#include "pipeline/consistency/statistics/paired.h"

namespace flowreel {

// Standard deviations, in the unit of the values.
struct Spread {
  double between_seeds = 0;    // of the values of one prompt
  double between_prompts = 0;  // of the prompts' own means, what seeds do to these taken off
};

// Components of variance of the one-way layout with random effects (Searle, Casella, McCulloch,
// "Variance Components", 1992, ch. 3): with k prompts of n_i values, N in all,
//   seeds^2   = MSW = sum (x_ij - mean_i)^2 / (N - k)
//   prompts^2 = max(0, (MSB - MSW) / n_0),  MSB = sum n_i (mean_i - mean)^2 / (k - 1),
//               n_0 = (N - sum n_i^2 / N) / (k - 1).
// None for fewer than two prompts, or where no prompt has two values.
std::optional<Spread> spread_of(const std::vector<ClusteredValue>& values);

}  // namespace flowreel
