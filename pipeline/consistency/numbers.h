// Numbers as text, the same on every machine and in every locale.
#pragma once

#include <string>

namespace flowreel {

// The fewest digits that read back as the same double; "0" for -0. For finite values.
std::string exact_number(double value);

// So many digits that count, without trailing zeros ("0.5", "1.2e-05"), for people to read.
std::string short_number(double value, int digits);

}  // namespace flowreel
