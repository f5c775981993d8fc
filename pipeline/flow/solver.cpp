#include "pipeline/flow/solver.h"

#include <algorithm>

#include "errors/error.h"

namespace flowreel {

const std::vector<Solver>& solvers() {
  constexpr bool kForwardOnly = false;  // of goes_back
  static const std::vector<Solver> table = {
      {"euler", euler, 1, 1},        // one-step solvers
      {"heun", heun, 2, 2},          // also called the explicit trapezoid
      {"midpoint", midpoint, 2, 2},  // also called the modified Euler method
      {"rk4", rk4, 4, 4},
      {"ab2", ab2, 2, 1},  // multi-step solvers
      {"ab3", ab3, 3, 1, 2, 2},
      {"ab4", ab4, 4, 1, 3, 3},
      {"dopri5", dopri5, 5, kAdaptive},
      {"dpm++2m", dpmpp2m, 2, 1, 0, 0, kForwardOnly},  // of diffusion, by prediction of the data
      {"unipc", unipc, 3, 1, 0, 0, kForwardOnly},
      {"ddim", ddim, 1, 1},
      {"ddpm", ddpm, kStochastic, 1, 0, 0, kForwardOnly},
      {"sde", sde, kStochastic, 1, 0, 0, kForwardOnly},
  };
  return table;
}

int evaluations_of(const Solver& solver, int steps) {
  const int first = std::min(steps, solver.first_steps);
  return (steps - first) * solver.evaluations + first * solver.first_evaluations;
}

std::string solver_names(const char* between) {
  std::string names;
  for (const Solver& solver : solvers())
    names += (names.empty() ? "" : between) + std::string(solver.name);
  return names;
}

const Solver& find_solver(const std::string& name) {
  for (const Solver& solver : solvers()) {
    if (name == solver.name) return solver;
  }
  throw UsageError("solver is \"" + name + "\", expected one of " + solver_names(", "));
}

}  // namespace flowreel
