// Out of memory has many faces: the standard library's, LibTorch's on each device, oneDNN's.
#pragma once

#include <exception>

namespace flowreel {

bool is_out_of_memory(const std::exception& error);

}  // namespace flowreel
