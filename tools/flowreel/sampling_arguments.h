// The options that say how to sample, of every subcommand that does.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "pipeline/generate/options.h"

namespace flowreel {

struct SamplingText {
  std::string sigmas, grid = "uniform", cfg_interval;
  double flow_shift = 0, tolerance = 0;
};

inline constexpr const char* kSeldomNeeded =
    "Also --tolerance, --grid, --cfg-rescale, --cfg-interval; docs/sampling.md has every solver.\n";

// All but the number of steps, which has another default for each. The help does not list what
// kSeldomNeeded names.
void add_sampling_options(CLI::App& command, SamplingOptions& sampling, SamplingText& text);

// What was given, into `sampling`. UsageError.
void parse_sampling(const CLI::App& command, const SamplingText& text, SamplingOptions& sampling);

}  // namespace flowreel
