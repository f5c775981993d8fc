// What makes a comparison of two sets of clips less than fair.
#pragma once

#include <string>
#include <vector>

#include "pipeline/consistency/pairing.h"

namespace flowreel {

// One line for each version of a library or program that differs, and for how many pairs were
// decoded in different ways, or differ in size, rate or length.
std::vector<std::string> compare_warnings(const Results& now, const Results& baseline,
                                          const std::vector<ClipPair>& pairs);

}  // namespace flowreel
