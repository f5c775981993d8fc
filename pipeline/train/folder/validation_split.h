// Which clips of a folder are kept for validation: by their names, so that a clip stays on its side
// when others come or go.
#pragma once

#include <string>
#include <vector>

namespace flowreel {

// One entry per name: whether its hash, as a fraction of 2^64, is below `share`. Where that leaves
// a side empty, the name with the smallest (or largest) hash goes there. DataError for fewer than
// two names.
std::vector<bool> validation_split(const std::vector<std::string>& names, double share);

}  // namespace flowreel
