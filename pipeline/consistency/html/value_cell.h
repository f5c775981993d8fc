// What one metric says of one clip, in a table.
#pragma once

#include "pipeline/consistency/html/markup.h"
#include "pipeline/consistency/measurement.h"

namespace flowreel::html {

// A note of at most so many bytes stands in the cell; longer ones are told with the clip.
inline constexpr size_t kShortNote = 40;

// A <td> with the value, how much went into it and its note; the reason where there is no value;
// "static" where it means nothing. Null when the clip lacks the metric. A best value is marked with
// a sign and a word, and only if it says something.
Html value_cell(const Measurement* measurement, bool best);

}  // namespace flowreel::html
