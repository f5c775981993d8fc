// Solvers that come from diffusion: one that is Euler's by another name, and those that add noise.
#include <ATen/Functions.h>

#include <cmath>
#include <utility>

#include "pipeline/flow/integrate.h"
#include "pipeline/flow/noise.h"

namespace flowreel {
namespace {

at::Tensor fresh_noise(const at::Tensor& x, uint64_t seed, int step) {
  return philox_normal(x.sizes(), seed, substream(Stream::kSolverStep, static_cast<uint32_t>(step)))
      .to(x.options());
}

}  // namespace

at::Tensor ddim(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                const SolveOptions& options) {
  return euler(velocity, std::move(x), times, options);
}

at::Tensor ddpm(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                const SolveOptions& options) {
  check_rises_to_data("ddpm", times);
  const auto step = [&](int n, const at::Tensor& x_n, double t, double) {
    const double next = times[static_cast<size_t>(n) + 1];
    const at::Tensor v = evaluate(velocity, x_n, t);
    const at::Tensor x_0 = advance(x_n, v, -t), x_1 = advance(x_n, v, 1 - t);
    const double r = t * (1 - next) / ((1 - t) * next);
    const at::Tensor kept = advance(scaled(x_1, next), x_0, (1 - next) * r);
    if (next == 1) return kept;
    return advance(kept, fresh_noise(x_n, options.seed, n), (1 - next) * std::sqrt(1 - r * r));
  };
  return integrate(std::move(x), times, options, step);
}

at::Tensor sde(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options) {
  check_rises_to_data("sde", times);
  const auto step = [&](int n, const at::Tensor& x_n, double t, double h) {
    const at::Tensor v = evaluate(velocity, x_n, t);
    const at::Tensor moved = advance(x_n, v, h);
    if (times[static_cast<size_t>(n) + 1] == 1) return moved;
    const at::Tensor x_0 = advance(x_n, v, -t);
    return advance(advance(moved, x_0, -h), fresh_noise(x_n, options.seed, n),
                   std::sqrt(2 * (1 - t) * h));
  };
  return integrate(std::move(x), times, options, step);
}

}  // namespace flowreel
