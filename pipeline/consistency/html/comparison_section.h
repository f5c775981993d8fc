// The clips against a baseline.
#pragma once

#include <string>

#include "pipeline/consistency/compare.h"
#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

// Which clips were compared, what makes it less than fair, and a row per metric: both means, their
// difference, its interval as numbers and drawn about zero, p, wins, and the verdict in words; then
// each metric's pairs as dots.
Html comparison_section(const Comparison& comparison, const std::string& baseline);

}  // namespace flowreel::html
