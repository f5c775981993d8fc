// What a metric says by frame, as a small drawing.
#pragma once

#include <vector>

#include "pipeline/consistency/html/marks.h"
#include "pipeline/consistency/html/markup.h"
#include "pipeline/consistency/html/plot.h"
#include "pipeline/consistency/measurement.h"

namespace flowreel::html {

// Whether there is something to draw: values of two frames or more, and is_worth_drawing().
bool has_curve(const Measurement& measurement);
// Whether they are all the same; there must be one.
bool is_flat(const Measurement& measurement);

// Figures of clips of any length hold at most so many columns; where frames share one, the line
// goes through its lowest and its highest value.
inline constexpr int64_t kMostColumns = 200;

// A <figure>. The vertical axis comes from outside, so that clips can share it.
Html curve_figure(const Measurement& measurement, const Axis& vertical,
                  const std::vector<Marks>& marks);

}  // namespace flowreel::html
