#include "pipeline/consistency/dynamic_rule.h"

#include <algorithm>
#include <cmath>

#include "pipeline/consistency/series.h"
#include "pipeline/consistency/still_guard.h"

namespace flowreel {
namespace {

// Share of the pixels, pixels per frame at a shorter side of 256, pairs per frame.
constexpr double kShare = 0.05, kLimit = 6, kPairs = 4 / 16.0;
constexpr double kLooksPerSecond = 8;

// Python's round().
int64_t rounded(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

}  // namespace

DynamicRule::DynamicRule(double fps)
    : step_(std::max<int64_t>(1, rounded(fps / kLooksPerSecond))) {}

void DynamicRule::add(int64_t frame, const cv::Mat& flow, int shorter_side) {
  scores_.push_back({frame, fastest(flow, kShare) / (kLimit * shorter_side / 256)});
}

int64_t DynamicRule::needed(const ClipEnd& end) const {
  const int64_t looked_at = (end.frames + step_ - 1) / step_;
  return rounded(kPairs * static_cast<double>(looked_at));
}

Measurement DynamicRule::score(const Definition& definition, const ClipEnd& end) const {
  if (needed(end) == 0) return none(definition, Status::kTooFewFrames);
  Measurement m;
  m.definition = &definition;
  m.series.resize(static_cast<size_t>(end.frames), std::nan(""));
  double sum = 0;
  for (const auto& [frame, ratio] : scores_) {
    if (crosses_a_cut(end, frame - step_, frame)) continue;
    m.series[static_cast<size_t>(frame)] = ratio;
    sum += ratio;
    ++m.samples;
  }
  if (m.samples == 0) return none(definition, Status::kNoValidPixels);
  m.value = sum / static_cast<double>(m.samples);
  return m;
}

Measurement DynamicRule::verdict(const Definition& definition, const ClipEnd& end) const {
  Measurement m = score(definition, end);
  const auto fast = std::count_if(m.series.begin(), m.series.end(), [](double r) { return r > 1; });
  if (m.value) m.value = fast >= needed(end) ? 1 : 0;
  m.series.clear();
  return m;
}

}  // namespace flowreel
