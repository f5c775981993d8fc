// One-step solvers with a fixed count of evaluations.
#include <ATen/Functions.h>

#include <utility>

#include "pipeline/flow/integrate.h"

namespace flowreel {

at::Tensor euler(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                 const SolveOptions& options) {
  return integrate(std::move(x), times, options,
                   [&](int, const at::Tensor& x_n, double t, double h) {
                     return advance(x_n, evaluate(velocity, x_n, t), h);
                   });
}

at::Tensor heun(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                const SolveOptions& options) {
  return integrate(std::move(x), times, options,
                   [&](int, const at::Tensor& x_n, double t, double h) {
                     const at::Tensor k_1 = evaluate(velocity, x_n, t);
                     const at::Tensor k_2 = evaluate(velocity, advance(x_n, k_1, h), t + h);
                     return advance(x_n, at::add(k_1, k_2), h / 2);
                   });
}

at::Tensor midpoint(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                    const SolveOptions& options) {
  return integrate(
      std::move(x), times, options, [&](int, const at::Tensor& x_n, double t, double h) {
        const at::Tensor k_1 = evaluate(velocity, x_n, t);
        return advance(x_n, evaluate(velocity, advance(x_n, k_1, h / 2), t + h / 2), h);
      });
}

at::Tensor rk4(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options) {
  return integrate(std::move(x), times, options,
                   [&](int, const at::Tensor& x_n, double t, double h) {
                     const at::Tensor k_1 = evaluate(velocity, x_n, t);
                     const at::Tensor k_2 = evaluate(velocity, advance(x_n, k_1, h / 2), t + h / 2);
                     const at::Tensor k_3 = evaluate(velocity, advance(x_n, k_2, h / 2), t + h / 2);
                     const at::Tensor k_4 = evaluate(velocity, advance(x_n, k_3, h), t + h);
                     const at::Tensor inner = scaled(at::add(k_2, k_3), 2.0);
                     return advance(x_n, at::add(at::add(k_1, inner), k_4), h / 6);
                   });
}

}  // namespace flowreel
