// A comparison as text for a terminal of 100 columns.
#pragma once

#include <string>

#include "pipeline/consistency/compare.h"

namespace flowreel {

// A line per metric: the baseline's mean, the mean difference from it, its 95 % interval, p (by
// Holm), g, wins/ties/losses and the verdict: "better", "worse", "differs", "=" when it is the same
// within 1 % and "~" when nothing is shown; "*" behind one that may come from motion. Then who has
// no partner, what was left out, why there is no interval, and the warnings.
std::string comparison_table(const Comparison& comparison);

}  // namespace flowreel
