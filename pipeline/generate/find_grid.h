// Which noise levels a model is best asked at, when it may be asked only a few times.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/generate/events.h"
#include "pipeline/generate/options.h"

namespace flowreel {

struct FindGridOptions {
  // Model, size, compute, and sampling: `steps` of the grid that is looked for, the solver that is
  // to walk it, guidance, and the first seed. prompt, input and output are not read.
  GenerateOptions run;
  std::vector<std::string> prompts;  // at least one
  int64_t seeds = 1;                 // noises for each prompt, of seeds seed, seed + 1, ...
  int fine_steps = 64;               // of the solution that steps are held against
};

struct FoundGrid {
  std::vector<double> sigmas;  // falling, without the final 0, to be taken as they are: shift 1
  // Root mean square, over latents, prompts and seeds, between where the solver ends and where the
  // fine solution does: along the model's own grid of as many steps, and along the found one.
  double own_error = 0, found_error = 0;
};

// Every state of the fine solutions is held, one solution at a time. UsageError: a number out of
// range, fewer fine steps than steps, a model of a diffusion, which has its own steps; else as
// generate().
FoundGrid find_grid(const FindGridOptions& options, const Events& events);

}  // namespace flowreel
