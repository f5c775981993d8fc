#include "pipeline/flow/solver.h"

#include <ATen/Functions.h>

#include <cmath>
#include <utility>

#include "errors/error.h"
#include "pipeline/flow/noise.h"

namespace flowreel {
namespace {

// Step n: from x at t over h.
using Step = std::function<at::Tensor(int n, const at::Tensor& x, double t, double h)>;

void check_times(const std::vector<double>& times) {
  if (times.empty()) throw UsageError("times is empty, expected at least one time");
  const bool rising = times.size() < 2 || times[1] > times[0];
  for (size_t i = 1; i < times.size(); ++i) {
    if (rising ? times[i] > times[i - 1] : times[i] < times[i - 1]) continue;
    throw UsageError(c10::str("time ", i, " is ", times[i], " after ", times[i - 1],
                              ", expected strictly monotone times"));
  }
}

void check_begin(const SolveOptions& options, size_t steps) {
  if (options.begin >= 0 && static_cast<size_t>(options.begin) <= steps) return;
  throw UsageError(
      c10::str("sampling is asked to begin at step ", options.begin, ", expected 0 to ", steps));
}

at::Tensor integrate(at::Tensor x, const std::vector<double>& times, const SolveOptions& options,
                     const Step& step) {
  check_times(times);
  check_begin(options, times.size() - 1);
  if (x.scalar_type() != at::kDouble) x = x.to(at::kFloat);
  for (size_t i = static_cast<size_t>(options.begin); i + 1 < times.size(); ++i) {
    const int n = static_cast<int>(i);
    x = step(n, x, times[i], times[i + 1] - times[i]);
    if (options.after_step) x = options.after_step(n, times[i + 1], std::move(x));
  }
  return x;
}

// v(x, t) in the type of x. A wrong shape would broadcast and go unseen.
at::Tensor evaluate(const Velocity& velocity, const at::Tensor& x, double t) {
  at::Tensor v = velocity(x, t);
  if (v.sizes() != x.sizes()) {
    throw NumericsError(c10::str("the velocity at t = ", t, " has shape ", v.sizes(),
                                 ", expected that of the state, ", x.sizes()));
  }
  return v.to(x.scalar_type());
}

// h v, with h rounded to the type of v first.
at::Tensor scaled(const at::Tensor& v, double h) {
  return at::mul(v, v.scalar_type() == at::kDouble ? h : static_cast<float>(h));
}

// x + h v in two roundings; a fused or alpha add would give other bits.
at::Tensor advance(const at::Tensor& x, const at::Tensor& v, double h) {
  return at::add(x, scaled(v, h));
}

}  // namespace

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

at::Tensor ab2(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options) {
  SolverMemory own;
  SolverMemory& memory = options.memory != nullptr ? *options.memory : own;
  if (options.begin == 0) memory.velocity = at::Tensor();
  return integrate(std::move(x), times, options,
                   [&](int n, const at::Tensor& x_n, double t, double h) {
                     at::Tensor v = evaluate(velocity, x_n, t);
                     at::Tensor slope = v;
                     if (memory.velocity.defined()) {
                       const double r = h / (times[n] - times[n - 1]);
                       slope = at::sub(scaled(v, 1 + r / 2), scaled(memory.velocity, r / 2));
                     }
                     memory.velocity = std::move(v);
                     return advance(x_n, slope, h);
                   });
}

at::Tensor ddim(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                const SolveOptions& options) {
  return euler(velocity, std::move(x), times, options);
}

at::Tensor ddpm(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                const SolveOptions& options) {
  const auto step = [&](int n, const at::Tensor& x_n, double t, double h) {
    const double next = times[n + 1];
    if (h < 0 || t < 0 || next > 1) {
      throw UsageError(c10::str("ddpm is asked to step from t = ", t, " to ", next,
                                ", expected to rise within 0 and 1"));
    }
    const at::Tensor v = evaluate(velocity, x_n, t);
    const at::Tensor x_0 = advance(x_n, v, -t), x_1 = advance(x_n, v, 1 - t);
    const double r = t * (1 - next) / ((1 - t) * next);
    const at::Tensor kept = advance(scaled(x_1, next), x_0, (1 - next) * r);
    if (next == 1) return kept;
    const at::Tensor z = philox_normal(x_n.sizes(), options.seed,
                                       substream(Stream::kSolverStep, static_cast<uint32_t>(n)));
    return advance(kept, z.to(x_n.options()), (1 - next) * std::sqrt(1 - r * r));
  };
  return integrate(std::move(x), times, options, step);
}

const std::vector<Solver>& solvers() {
  static const std::vector<Solver> table = {
      {"euler", euler, 1, 1},
      {"heun", heun, 2, 2},
      {"midpoint", midpoint, 2, 2},
      {"rk4", rk4, 4, 4},
      {"ab2", ab2, 2, 1},
      {"ddim", ddim, 1, 1},
      {"ddpm", ddpm, kStochastic, 1},
  };
  return table;
}

const Solver& find_solver(const std::string& name) {
  std::string names;
  for (const Solver& solver : solvers()) {
    if (name == solver.name) return solver;
    names += (names.empty() ? "" : ", ") + std::string(solver.name);
  }
  throw UsageError("solver is \"" + name + "\", expected one of " + names);
}

}  // namespace flowreel
