// Numbers as the report shows them.
#pragma once

#include <string>

#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

// Four digits that count ("0.9800", "31.42", "4.100e−5"); whole numbers whole ("7", "12345").
std::string digits(double value);

// With so many digits behind the point, "−" for minus.
std::string fixed(double value, int decimals);

// digits(), and all of it where a pointer rests.
Html number(double value);

// 0.934 as "93 %"; never "100 %" below 1, nor "0 %" above 0.
std::string percent(double share);

}  // namespace flowreel::html
