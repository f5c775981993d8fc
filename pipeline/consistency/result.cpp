#include "pipeline/consistency/result.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace flowreel {

std::vector<const Definition*> definitions_of(const std::vector<const ClipResult*>& clips) {
  std::vector<const Definition*> definitions;
  std::set<std::string_view> names;
  for (const ClipResult* clip : clips) {
    for (const Measurement& m : clip->measurements) {
      if (names.insert(m.definition->name).second) definitions.push_back(m.definition);
    }
  }
  return definitions;
}

std::vector<const Definition*> definitions_of(const Results& results) {
  std::vector<const ClipResult*> clips;
  for (const ClipResult& clip : results.clips) clips.push_back(&clip);
  return definitions_of(clips);
}

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
