// The models that the experiment compares, and the ways to sample them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pipeline/flow/diffusion.h"
#include "pipeline/flow/solver.h"
#include "pipeline/train/toy/point_network.h"
#include "pipeline/train/toy/targets.h"

namespace flowreel {

// One network, trained in one way. All have the same size, data, batches and steps.
struct Trained {
  std::string name;
  std::unique_ptr<PointNetwork> network;
  Velocity velocity;  // of the straight path, whatever the network predicts
  // Of a noise prediction; null for a velocity.
  const BetaSchedule* schedule = nullptr;
};

struct Budget {
  int steps = 4000;
  int64_t batch = 128;
  double lr = 5e-3;
  int64_t width = 128;
};

// The ways to train: "velocity", "velocity, paired", "noise, linear", "noise, cosine", and for the
// densities of t "velocity, logit-normal", "velocity, shift 3".
extern const std::vector<std::string> kCompared;
extern const std::vector<std::string> kDensities;

Trained train(const std::string& name, const PointTarget& target, uint64_t seed,
              const Budget& budget);

// A way to spend `evaluations` of the network on carrying noise to data; empty where it has none.
struct Method {
  std::string name;
  std::string model;
  at::Tensor (*sample)(const Trained& model, const at::Tensor& noise, int evaluations);
};
const std::vector<Method>& methods();

// Times of `steps` even steps from 0 to 1, moved by the flow shift.
std::vector<double> flow_times(int steps, double shift = 1.0);

}  // namespace flowreel
