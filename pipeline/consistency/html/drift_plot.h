// How unlike frames become as they lie further apart.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "pipeline/consistency/html/markup.h"
#include "pipeline/consistency/html/plot.h"
#include "pipeline/consistency/measurement.h"

namespace flowreel::html {

struct DriftPoint {
  int64_t distance;  // frames
  double likeness;
};

// What the meter of drift_curve notes, "dt 1: 0.9612, dt 2: 0.9407"; empty for any other text.
std::vector<DriftPoint> drift_points(std::string_view note);

// A <figure> with the distance on a logarithmic axis.
Html drift_figure(const Definition& definition, const std::vector<DriftPoint>& points,
                  const Axis& vertical);

}  // namespace flowreel::html
