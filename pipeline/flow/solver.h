// Solvers of dx/dt = v(x, t) over a given grid of times: one free function each, and the table of
// them.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "pipeline/flow/path.h"

namespace flowreel {

// Called after step `step` (from 0) has reached time t with state x; the state it returns is the
// one to go on with: x itself, or a changed one (a first frame put back). It may throw to cancel.
using AfterStep = std::function<at::Tensor(int step, double t, at::Tensor x)>;

// Each solver takes x at times.front() to times.back() and returns the state there.
//   x      any shape. The state is float32 throughout (float64 if x is), whatever the velocity's
//   type:
//          diffusers' arithmetic for a float32 network, and Tencent's reference for bfloat16.
//   times  strictly monotone, one step per interval; a single time means no step, and x comes back.
// Every product h v is rounded before it is added, so euler gives the same bits as diffusers'
// step(). Throws UsageError for a bad grid, NumericsError for a velocity of another shape than x.

// x_{n+1} = x_n + h v(x_n, t_n).
at::Tensor euler(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                 const AfterStep& after_step = {});

// The explicit trapezoid: x_{n+1} = x_n + h/2 (k_1 + k_2), k_2 = v(x_n + h k_1, t_{n+1}).
at::Tensor heun(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                const AfterStep& after_step = {});

// x_{n+1} = x_n + h v(x_n + h/2 k_1, t_n + h/2).
at::Tensor midpoint(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                    const AfterStep& after_step = {});

// The classical Runge-Kutta method: x_{n+1} = x_n + h/6 (k_1 + 2 k_2 + 2 k_3 + k_4).
at::Tensor rk4(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const AfterStep& after_step = {});

// Adams-Bashforth 2 with variable step: x_{n+1} = x_n + h ((1 + r/2) v_n - r/2 v_{n-1}), r = h /
// h_{n-1}. The first step, which has no past, is an Euler step; its error is of second order too.
at::Tensor ab2(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const AfterStep& after_step = {});

struct Solver {
  const char* name;
  at::Tensor (*solve)(const Velocity&, at::Tensor, const std::vector<double>&, const AfterStep&);
  int order;        // global error is O(h^order)
  int evaluations;  // of the velocity, per step
};

const std::vector<Solver>& solvers();

// Throws UsageError, which lists the names, when there is no such solver.
const Solver& find_solver(const std::string& name);

}  // namespace flowreel
