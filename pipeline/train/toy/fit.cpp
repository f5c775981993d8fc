#include "pipeline/train/toy/fit.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "pipeline/train/adamw.h"
#include "pipeline/train/init.h"
#include "pipeline/train/parameters.h"

namespace flowreel {
namespace {

constexpr double kPi = 3.14159265358979323846;

}  // namespace

double fit_further(PointNetwork& network, const Objective& objective, const PointBatches& batches,
                   const FitOptions& options) {
  NamedParameters parameters;
  append_trainable(parameters, network, "");
  AdamW optimizer(without_names(parameters));
  const int counted = std::max(1, options.steps / 10);
  double sum = 0;
  for (int step = 0; step < options.steps; ++step) {
    const Draw draw = {options.seed, static_cast<uint32_t>(step)};
    const at::Tensor loss = objective(batches(draw), draw).total;
    loss.backward();
    optimizer.step(options.lr * std::cos(kPi / 2 * step / options.steps));
    optimizer.zero_grad();
    if (step >= options.steps - counted) sum += loss.item<double>();
  }
  return sum / counted;
}

double fit(PointNetwork& network, const Objective& objective, PointSampler data,
           const FitOptions& options) {
  initialise(network, options.seed);
  const auto fresh = [&](const Draw& draw) { return Batch{data(options.batch, draw), {}}; };
  return fit_further(network, objective, fresh, options);
}

}  // namespace flowreel
