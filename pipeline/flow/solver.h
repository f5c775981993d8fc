// Solvers of dx/dt = v(x, t) over a given grid of times: one free function each, and the table of
// them. Diffusion's samplers are two of its rows.
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

// What a multi-step solver knows of the steps behind it; the others leave it empty.
struct SolverMemory {
  at::Tensor velocity;  // ab2: at the state before the last step, of the shape and type of x
};

struct SolveOptions {
  AfterStep after_step = {};
  uint64_t seed = 0;  // of the noise that a stochastic solver adds; others do not read it
  // Steps that are done: x is the state after them, times still has all. With the memory of the run
  // that did them, what follows is bit for bit what followed there.
  int begin = 0;
  SolverMemory* memory = nullptr;  // read when begin > 0, and kept up to date before after_step
};

// Each solver takes x at times.front() to times.back() and returns the state there.
//   x      any shape. The state is float32 throughout (float64 if x is), whatever the velocity's
//   type:
//          diffusers' arithmetic for a float32 network, and Tencent's reference for bfloat16.
//   times  strictly monotone, one step per interval; a single time means no step, and x comes back.
//   begin  0 to the count of steps.
// Every product h v is rounded before it is added, so euler gives the same bits as diffusers'
// step(). Throws UsageError for a bad grid or begin, NumericsError for a velocity of another shape
// than x.

// x_{n+1} = x_n + h v(x_n, t_n).
at::Tensor euler(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                 const SolveOptions& options = {});

// The explicit trapezoid: x_{n+1} = x_n + h/2 (k_1 + k_2), k_2 = v(x_n + h k_1, t_{n+1}).
at::Tensor heun(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                const SolveOptions& options = {});

// x_{n+1} = x_n + h v(x_n + h/2 k_1, t_n + h/2).
at::Tensor midpoint(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                    const SolveOptions& options = {});

// The classical Runge-Kutta method: x_{n+1} = x_n + h/6 (k_1 + 2 k_2 + 2 k_3 + k_4).
at::Tensor rk4(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options = {});

// Adams-Bashforth 2 with variable step: x_{n+1} = x_n + h ((1 + r/2) v_n - r/2 v_{n-1}), r = h /
// h_{n-1}. The first step, which has no past, is an Euler step; its error is of second order too.
at::Tensor ab2(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options = {});

// DDIM with eta = 0 (Song, Meng & Ermon, arXiv 2010.02502, eq. 12):
//   x_{n+1} = (1 - t_{n+1}) x_0 + t_{n+1} x_1,   x_0 = x_n - t_n v and x_1 = x_n + (1 - t_n) v
// being the noise and the data that the network sees in x_n. That is x_n + h v: on this path DDIM
// and Euler are one method with two names. A diffusion model's velocity and times for it come from
// diffusion.h.
at::Tensor ddim(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                const SolveOptions& options = {});

// Ancestral sampling of DDPM (Ho, Jain & Abbeel, arXiv 2006.11239, algorithm 2, with the variance
// of the posterior, eq. 7; between any two times, Song et al., eq. 12 and 16 with eta = 1). With
// x_0, x_1 as above and fresh noise z,
//   x_{n+1} = t' x_1 + (1 - t') (r x_0 + sqrt(1 - r^2) z),   t' = t_{n+1},
//   r = (t / (1 - t)) / (t' / (1 - t')): the old noise stays in so far as t and t' are close.
// Its marginals are those of the path, for flow models too, but it follows no ODE. z of step n is
// philox_normal over the shape of x with (seed, Stream::kSolverStep, n). The times must rise within
// [0, 1] (UsageError).
at::Tensor ddpm(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                const SolveOptions& options = {});

struct Solver {
  const char* name;
  at::Tensor (*solve)(const Velocity&, at::Tensor, const std::vector<double>&, const SolveOptions&);
  int order;        // global error is O(h^order); kStochastic: it adds noise and follows no ODE
  int evaluations;  // of the velocity, per step
};
inline constexpr int kStochastic = 0;

const std::vector<Solver>& solvers();

// Throws UsageError, which lists the names, when there is no such solver.
const Solver& find_solver(const std::string& name);

}  // namespace flowreel
