#include "pipeline/consistency/drift_curve.h"

#include <string>

#include "pipeline/consistency/numbers.h"
#include "pipeline/consistency/series.h"

namespace flowreel {

void DriftPairs::add(int64_t frame, size_t octave, double likeness) {
  pairs_.push_back({frame, octave, likeness});
}

Measurement DriftPairs::finish(const Definition& definition, const ClipEnd& end) const {
  const std::map<size_t, Mean> curve = within_scenes(end);
  if (curve.size() < 2) return none(definition, Status::kTooFewFrames);
  Measurement m;
  m.definition = &definition;
  m.value = slope(curve);
  for (const auto& [octave, mean] : curve) {
    m.samples += mean.count;
    m.note += (m.note.empty() ? "dt " : ", dt ") + std::to_string(int64_t{1} << octave) + ": " +
              short_number(mean.value(), 4);
  }
  return guarded(std::move(m), end);
}

std::map<size_t, DriftPairs::Mean> DriftPairs::within_scenes(const ClipEnd& end) const {
  std::map<size_t, Mean> curve;
  for (const Pair& pair : pairs_) {
    if (crosses_a_cut(end, pair.frame - (int64_t{1} << pair.octave), pair.frame)) continue;
    curve[pair.octave].sum += pair.likeness;
    ++curve[pair.octave].count;
  }
  return curve;
}

// Least squares: sum (x - mean x)(y - mean y) / sum (x - mean x)².
double DriftPairs::slope(const std::map<size_t, Mean>& curve) {
  Mean x, y;
  for (const auto& [octave, mean] : curve) {
    x.sum += static_cast<double>(octave), ++x.count;
    y.sum += mean.value(), ++y.count;
  }
  double both = 0, square = 0;
  for (const auto& [octave, mean] : curve) {
    const double off = static_cast<double>(octave) - x.value();
    both += off * (mean.value() - y.value());
    square += off * off;
  }
  return both / square;
}

}  // namespace flowreel
