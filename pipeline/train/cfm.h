// Conditional flow matching: the objective that a velocity is learned with.
#pragma once

#include "pipeline/train/objective.h"
#include "pipeline/train/time_density.h"

namespace flowreel {

struct CfmOptions {
  TimeDensity time = {};
  // Minibatch optimal transport between noise and data, O(B^3). It ties noise to data and so to a
  // caption, which sampling draws apart: for models without captions.
  bool optimal_pairing = false;
  double caption_dropout = 0.0;  // probability in [0, 1] that a sample is trained without caption
};

// E |v(x_t, t) - (x_1 - x_0)|^2 with x_t = (1 - t) x_0 + t x_1, the mean over all elements: Lipman
// et al., arXiv 2210.02747, eq. 23 with sigma_min = 0; Liu
// et al., arXiv 2209.03003, eq. 1. x_1 is the batch's data and x_0 its noise, where it has some
// (the pairs of a reflow), or else standard normal, which alone is paired anew. What minimises it
// is v(x, t) = E[x_1 - x_0 | x_t = x], whose flow carries noise to data (path.h explains time).
// Throws UsageError for options out of range, when called here; the objective throws DataError for
// an unfit batch.
Objective cfm(BatchNetwork velocity, const CfmOptions& options = {});

}  // namespace flowreel
