// Results as text for a terminal of 100 columns.
#pragma once

#include <string>

#include "pipeline/consistency/result.h"

namespace flowreel {

// A block per clip: its facts, then a line per metric with its value and unit, ↑ where more is
// better, ↓ where less is, · where neither, the number of samples, the share of the pixels where
// that is not all of them, and "static" where the clip stands still and the value means nothing;
// without a value "-" and the status. Then the clip's warnings. Two to four clips stand side by
// side when that fits, without samples.
std::string results_table(const Results& results);

// ↑, ↓ or ·.
const char* direction_arrow(Direction direction);

}  // namespace flowreel
