// Each pair of clips as a dot: what the baseline has, against what the new clip has.
#pragma once

#include "pipeline/consistency/compare.h"
#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

// Whether two dots at least can be drawn.
bool has_scatter(const MetricComparison& comparison);

// The baseline's value to the right, the new one upwards, both on one scale, with the line on which
// nothing has changed. Only for what has_scatter().
Html scatter_figure(const MetricComparison& comparison);

}  // namespace flowreel::html
