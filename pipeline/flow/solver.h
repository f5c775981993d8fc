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

// What a solver knows of the steps behind it; most leave it empty.
struct SolverMemory {
  // Newest first, of the shape and type of x: velocities (ab2, ab3, ab4) or the data that was
  // expected (dpm++2m, unipc).
  std::vector<at::Tensor> past;
  double step = 0;  // dopri5: the size it would try next; 0: not known yet
};

struct SolveOptions {
  AfterStep after_step = {};
  uint64_t seed = 0;  // of the noise that a stochastic solver adds; others do not read it
  // dopri5: the error per step, by its own estimate, is at most tolerance (1 + |x|) in the root
  // mean square over x. Positive; others do not read it.
  double tolerance = 1e-4;
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

// Adams-Bashforth of k = 2, 3, 4 with variable step (Hairer, Norsett & Wanner, Solving Ordinary
// Differential Equations I, III.1 and III.5): the polynomial through the last k velocities is
// integrated over the step. For k = 2, x_{n+1} = x_n + h ((1 + r/2) v_n - r/2 v_{n-1}), r = h /
// h_{n-1}. The first k - 1 steps, which have no past, are of the one-step method of order k - 1:
// Euler, midpoint, Kutta's of third order.
at::Tensor ab2(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options = {});
at::Tensor ab3(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options = {});
at::Tensor ab4(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options = {});

// Dormand & Prince's 5(4) (J. Comput. Appl. Math. 6, 1980) with steps of its own choice between two
// times of the grid: the state is exact to the tolerance at each of them, so that a grid of two
// times costs least. Step control and first step as in Hairer, Norsett & Wanner, II.4.
// NumericsError when the step it needs becomes less than 1e-10.
at::Tensor dopri5(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                  const SolveOptions& options = {});

// The solvers below read the velocity as a prediction of the data, x_1 = x + (1 - t) v, and
// integrate what is left in lambda = log(t / (1 - t)), half the logarithm of the ratio of signal
// and noise. The times must rise within [0, 1] (UsageError). The first step, which has no past, and
// one to t = 1, where lambda is infinite, are of first order, as in diffusers with
// lower_order_final. Their order is that in lambda, within (0, 1): over all of [0, 1] the errors of
// steps near the ends fall more slowly (orders 1.3 and 1.5 on the tests' closed form).

// DPM-Solver++(2M) (Lu et al., arXiv 2211.01095, algorithm 2) with alpha = t, sigma = 1 - t:
//   x' = sigma'/sigma x + alpha' (1 - e^-h) D,  D = (1 + 1/(2r)) x_1 - 1/(2r) x_1 of the step
//   before, h = lambda' - lambda,  r = h of the step before / h.
// Agrees with diffusers' DPMSolverMultistepScheduler with flow sigmas.
at::Tensor dpmpp2m(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
                   const SolveOptions& options = {});

// UniPC with B_2(h) = e^h - 1 (Zhao et al., arXiv 2302.04867, algorithms 5 to 8): predicted with
// order 2, much as above, then corrected to order 3 with the velocity at the prediction, which is
// that of the next step too.
// Agrees with diffusers' UniPCMultistepScheduler with flow sigmas and solver_type bh2.
at::Tensor unipc(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
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

// The Euler-Maruyama scheme for an SDE with the marginals of the path (Song et al., arXiv
// 2011.13456, section 4.3; Albergo, Boffi & Vanden-Eijnden, arXiv 2303.08797, corollary 2.18):
//   dx = (v - x_0) dt + sqrt(2 (1 - t)) dW,   x_0 = x - t v,
// whose added noise and pull to the data cancel in the marginals. z of step n as for ddpm; the last
// step is Euler's. The times must rise within [0, 1] (UsageError).
at::Tensor sde(const Velocity& velocity, at::Tensor x, const std::vector<double>& times,
               const SolveOptions& options = {});

struct Solver {
  const char* name;
  at::Tensor (*solve)(const Velocity&, at::Tensor, const std::vector<double>&, const SolveOptions&);
  int order;            // global error is O(h^order); kStochastic: it adds noise and follows no ODE
  int evaluations;      // of the velocity, per step; kAdaptive: as many as it needs
  int first_steps = 0;  // so many steps at the beginning
  int first_evaluations = 0;  // cost so many each
  bool goes_back = true;      // whether the times may fall, from data to noise
};
inline constexpr int kStochastic = 0, kAdaptive = 0;

const std::vector<Solver>& solvers();

// Of the velocity, over so many steps; kAdaptive if that is not known beforehand.
int evaluations_of(const Solver& solver, int steps);

// "euler | heun | …", for help texts.
std::string solver_names(const char* between);

// Throws UsageError, which lists the names, when there is no such solver.
const Solver& find_solver(const std::string& name);

}  // namespace flowreel
