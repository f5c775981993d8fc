// Multi-step solvers that integrate a prediction of the data in lambda = log(t / (1 - t)).
#include <ATen/Functions.h>

#include <cmath>
#include <utility>

#include "pipeline/flow/integrate.h"

namespace flowreel {
namespace {

// A step from time s to t, with alpha = time and sigma = 1 - time.
struct Stretch {
  double s, t;
  double noise_left() const { return (1 - t) / (1 - s); }
  // e^-h, h = lambda(t) - lambda(s), infinite at both ends of [0, 1].
  double exp_minus_h() const { return s * (1 - t) / (t * (1 - s)); }
  double h() const { return -std::log(exp_minus_h()); }
};

// sigma_t / sigma_s x + alpha_t (1 - e^-h) data: exact for data that does not change.
at::Tensor towards(const at::Tensor& data, const at::Tensor& x, const Stretch& over) {
  return advance(scaled(x, over.noise_left()), data, over.t * (1 - over.exp_minus_h()));
}

at::Tensor predicted_data(const Velocity& velocity, const at::Tensor& x, double t) {
  return advance(x, evaluate(velocity, x, t), 1 - t);
}

// Whether step n can look back at a prediction: not the first, nor one of infinite length.
bool looks_back(size_t n, const std::vector<double>& times) { return n > 0 && times[n + 1] < 1; }

// Zhao et al.: what a step takes of the two differences of predictions, the older one and the one
// to the end of the step, so that polynomials in lambda up to the second degree come out exactly.
// r is the place of the older prediction in units of the step, negative.
struct CorrectorWeights {
  double older, newest;
};

CorrectorWeights corrector_weights(double r, double h) {
  const double b_h = std::expm1(-h);
  const double phi_2 = -b_h / h - 1, phi_3 = -phi_2 / h - 0.5;
  const double b_1 = phi_2 / b_h, b_2 = 2 * phi_3 / b_h;
  if (std::isinf(r)) return {0, b_1};
  const double older = (b_2 - b_1) / (r - 1);
  return {older, b_1 - older};
}

}  // namespace

at::Tensor dpmpp2m(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                   const SolveOptions& options) {
  check_rises_to_data("dpm++2m", times);
  SolverMemory own;
  SolverMemory& memory = memory_of(options, own);
  const auto step = [&](int at, const at::Tensor& x_n, double t, double) {
    const auto n = static_cast<size_t>(at);
    const Stretch over{t, times[n + 1]};
    const at::Tensor data = predicted_data(velocity, x_n, t);
    at::Tensor extrapolated = data;
    if (looks_back(n, times)) {
      const double r = Stretch{times[n - 1], t}.h() / over.h();  // infinite after t = 0
      const double weight = 1 / (2 * r);
      extrapolated = advance(scaled(data, 1 + weight), memory.past[0], -weight);
    }
    remember(memory, data, 1);
    return towards(extrapolated, x_n, over);
  };
  return integrate(std::move(x), times, options, step);
}

at::Tensor unipc(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                 const SolveOptions& options) {
  check_rises_to_data("unipc", times);
  SolverMemory own;
  SolverMemory& memory = memory_of(options, own);
  const auto step = [&](int at, const at::Tensor& x_n, double t, double) {
    const auto n = static_cast<size_t>(at);
    const Stretch over{t, times[n + 1]};
    if (n == 0) remember(memory, predicted_data(velocity, x_n, t), 2);
    const at::Tensor data = memory.past[0];
    const at::Tensor base = towards(data, x_n, over);
    const bool second_order = looks_back(n, times);
    const double b_h = over.exp_minus_h() - 1;
    double r = -1;
    at::Tensor older, predicted = base;
    if (second_order) {
      r = -Stretch{times[n - 1], t}.h() / over.h();
      older = scaled(at::sub(memory.past[1], data), 1 / r);
      predicted = advance(base, older, -over.t * b_h * 0.5);
    }
    if (n + 2 == times.size()) return predicted;
    const at::Tensor next_data = predicted_data(velocity, predicted, over.t);
    remember(memory, next_data, 2);
    const at::Tensor newest = at::sub(next_data, data);
    if (!second_order) return advance(base, newest, -over.t * b_h * 0.5);
    const CorrectorWeights weights = corrector_weights(r, over.h());
    const at::Tensor corrected = advance(base, older, -over.t * b_h * weights.older);
    return advance(corrected, newest, -over.t * b_h * weights.newest);
  };
  return integrate(std::move(x), times, options, step);
}

}  // namespace flowreel
