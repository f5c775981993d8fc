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

// The batch of one step.
using PointBatches = std::function<Batch(const Draw& draw)>;

// Takes `steps` AdamW steps on `objective`, which must be over that same network, from where the
// network is; options.batch is not read. Returns the mean loss of the last tenth of the
// steps. A function of its arguments alone.
double fit_further(PointNetwork& network, const Objective& objective, const PointBatches& batches,
                   const FitOptions& options = {});

// Initialises the network and fits it, with fresh points for every batch.
double fit(PointNetwork& network, const Objective& objective, PointSampler data,
           const FitOptions& options = {});

}  // namespace flowreel
