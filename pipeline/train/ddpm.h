// Noise prediction, the objective of DDPM: the baseline that flow matching is measured against.
#pragma once

#include "pipeline/flow/diffusion.h"
#include "pipeline/train/objective.h"

namespace flowreel {

struct DdpmOptions {
  BetaSchedule schedule = BetaSchedule();
  double caption_dropout = 0.0;  // probability in [0, 1] that a sample is trained without caption
};

// E |network(x^n, 1 - n/T) - x_0|^2, the mean over all elements (L_simple: Ho, Jain & Abbeel, arXiv
// 2006.11239, eq. 14), with x^n = sqrt(alpha_bar_n) x_1 + sqrt(1 - alpha_bar_n) x_0, x_1 the
// batch's data, x_0 standard normal (their epsilon) and n uniform over 1 ... T. The network is a
// NoisePrediction over a batch (diffusion.h says which state and time it sees);
// velocity_from_noise_prediction makes a Velocity of what it learned.
// Throws UsageError for options out of range, when called here; the objective throws DataError for
// an unfit batch.
Objective ddpm_objective(BatchNetwork noise, const DdpmOptions& options = {});

}  // namespace flowreel
