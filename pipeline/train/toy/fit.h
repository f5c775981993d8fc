// Training a small network on points, in one function.
#pragma once

#include "pipeline/train/objective.h"
#include "pipeline/train/toy/point_network.h"
#include "pipeline/train/toy/targets.h"

namespace flowreel {

struct FitOptions {
  int steps = 1000;
  int64_t batch = 256;
  double lr = 2e-3;  // falls to 0 along a quarter of a cosine
  uint64_t seed = 0;
};

// Initialises the network and takes `steps` AdamW steps on `objective`, which must be over that
// same network, with fresh points for every batch. Returns the mean loss of the last tenth of the
// steps. A function of its arguments alone.
double fit(PointNetwork& network, const Objective& objective, PointSampler data,
           const FitOptions& options = {});

}  // namespace flowreel
