#include <ATen/Functions.h>

#include <utility>

#include "pipeline/flow/integrate.h"

namespace flowreel {
namespace {

// One step of a one-step method: the mean velocity over it. v is the velocity at x and t.
using Slope = at::Tensor (*)(const Velocity& velocity, const at::Tensor& x, const at::Tensor& v,
                             double t, double h);

at::Tensor euler_slope(const Velocity&, const at::Tensor&, const at::Tensor& v, double, double) {
  return v;
}

at::Tensor midpoint_slope(const Velocity& velocity, const at::Tensor& x, const at::Tensor& v,
                          double t, double h) {
  return evaluate(velocity, advance(x, v, h / 2), t + h / 2);
}

// Kutta's method of third order: nodes 0, 1/2, 1, weights 1/6, 4/6, 1/6.
at::Tensor kutta_slope(const Velocity& velocity, const at::Tensor& x, const at::Tensor& v, double t,
                       double h) {
  const at::Tensor k_2 = evaluate(velocity, advance(x, v, h / 2), t + h / 2);
  const at::Tensor far = advance(advance(x, v, -h), k_2, 2 * h);
  const at::Tensor k_3 = evaluate(velocity, far, t + h);
  return scaled(at::add(at::add(v, scaled(k_2, 4.0)), k_3), 1.0 / 6);
}

// For k nodes, of which node 0 is 0: the integral of each Lagrange polynomial over [0, 1].
std::vector<double> lagrange_integrals(const std::vector<double>& nodes) {
  std::vector<double> integrals;
  for (size_t j = 0; j < nodes.size(); ++j) {
    std::vector<double> polynomial = {1};  // coefficients, that of s^0 first
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (i == j) continue;
      std::vector<double> product(polynomial.size() + 1, 0.0);  // times (s - nodes[i]) / ...
      for (size_t p = 0; p < polynomial.size(); ++p) {
        const double c = polynomial[p] / (nodes[j] - nodes[i]);
        product[p + 1] += c;
        product[p] -= c * nodes[i];
      }
      polynomial = std::move(product);
    }
    double integral = 0;
    for (size_t p = 0; p < polynomial.size(); ++p)
      integral += polynomial[p] / static_cast<double>(p + 1);
    integrals.push_back(integral);
  }
  return integrals;
}

struct Field {
  const Velocity& velocity;
  const std::vector<double>& times;
};

at::Tensor adams_bashforth(const Field& field, at::Tensor x, const SolveOptions& options, size_t k,
                           Slope first_slope) {
  SolverMemory own;
  SolverMemory& memory = memory_of(options, own);
  const auto step = [&](int n, const at::Tensor& x_n, double t, double h) {
    const at::Tensor v = evaluate(field.velocity, x_n, t);
    at::Tensor slope;
    if (memory.past.size() + 1 < k) {
      slope = first_slope(field.velocity, x_n, v, t, h);
    } else {
      std::vector<double> nodes;
      for (size_t j = 0; j < k; ++j)
        nodes.push_back((field.times[static_cast<size_t>(n) - j] - t) / h);
      const std::vector<double> weights = lagrange_integrals(nodes);
      slope = scaled(v, weights[0]);
      for (size_t j = 1; j < k; ++j) slope = advance(slope, memory.past[j - 1], weights[j]);
    }
    remember(memory, v, k - 1);
    return advance(x_n, slope, h);
  };
  return integrate(std::move(x), field.times, options, step);
}

}  // namespace

at::Tensor ab2(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options) {
  return adams_bashforth({velocity, times}, std::move(x), options, 2, euler_slope);
}

at::Tensor ab3(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options) {
  return adams_bashforth({velocity, times}, std::move(x), options, 3, midpoint_slope);
}

at::Tensor ab4(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options) {
  return adams_bashforth({velocity, times}, std::move(x), options, 4, kutta_slope);
}

}  // namespace flowreel
