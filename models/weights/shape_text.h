// Shapes as text, for messages and headers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowreel {

// "[2, 3, 4]".
std::string shape_text(const std::vector<int64_t>& shape);

}  // namespace flowreel
