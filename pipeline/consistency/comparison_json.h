// A comparison as JSON, for other programs.
#pragma once

#include <string>

#include "pipeline/consistency/compare.h"

namespace flowreel {

// The same comparison gives the same bytes: keys sorted, numbers exact.
//
//   {"schema_version": 1, "pairs", "clusters": NUMBER, "only_now", "only_baseline", "warnings":
//    [TEXT], "metrics": {NAME: {"now_mean", "baseline_mean", "mean_difference": NUMBER, "low",
//      "high", "p", "p_adjusted", "g": NUMBER or null, "pairs", "clusters", "wins", "ties",
//      "losses", "still", "still_now", "without": NUMBER, "why_no_interval", "verdict": TEXT,
//      "confounded_by_motion": BOOLEAN}}}
std::string to_json(const Comparison& comparison);

}  // namespace flowreel
