#include "pipeline/consistency/result.h"

#include <algorithm>
#include <string_view>

namespace flowreel {

const Measurement* measurement_of(const ClipResult& clip, const std::string& metric) {
  for (const Measurement& m : clip.measurements) {
    if (metric == m.definition->name) return &m;
  }
  return nullptr;
}

bool shows_stillness(const std::string& metric) {
  constexpr std::string_view kFamilies[] = {"motion_degree", "dynamic_degree", "static_filter",
                                            "still_ratio", "longest_freeze"};
  return std::any_of(std::begin(kFamilies), std::end(kFamilies),
                     [&](std::string_view family) { return metric.starts_with(family); });
}

std::optional<double> telling_value(const Measurement& measurement) {
  const bool counts =
      measurement.status == Status::kOk || (measurement.status == Status::kDegenerateStatic &&
                                            shows_stillness(measurement.definition->name));
  return counts ? measurement.value : std::nullopt;
}

}  // namespace flowreel
