// What the solvers share: the loop over a grid of times, and arithmetic with the same bits
// everywhere. For pipeline/flow's own files.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "pipeline/flow/solver.h"

namespace flowreel {

// Step n: from x at t over h to the next state.
using Step = std::function<at::Tensor(int n, const at::Tensor& x, double t, double h)>;

// Takes x through the steps that are not done yet, in float32 or float64. UsageError for a grid
// that is not strictly monotone, or a begin outside it.
at::Tensor integrate(at::Tensor x, const std::vector<double>& times, const SolveOptions& options,
                     const Step& step);

// v(x, t) in the type of x. NumericsError for another shape, which would broadcast and go unseen.
at::Tensor evaluate(const Velocity& velocity, const at::Tensor& x, double t);

// h v, with h rounded to the type of v first.
at::Tensor scaled(const at::Tensor& v, double h);

// x + h v in two roundings; a fused or alpha add would give other bits.
at::Tensor advance(const at::Tensor& x, const at::Tensor& v, double h);

// The memory of the options, or `own` where they have none; empty when the run begins.
SolverMemory& memory_of(const SolveOptions& options, SolverMemory& own);

// Puts the newest in front and forgets what is older than `most`.
void remember(SolverMemory& memory, at::Tensor newest, size_t most);

// UsageError unless the times rise within [0, 1].
void check_rises_to_data(const char* solver, const std::vector<double>& times);

}  // namespace flowreel
