#include "pipeline/consistency/series.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace flowreel {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

bool ClipEnd::is_cut(int64_t frame) const {
  return std::binary_search(cuts.begin(), cuts.end(), frame);
}

bool crosses_a_cut(const ClipEnd& end, int64_t from, int64_t to) {
  const auto next = std::upper_bound(end.cuts.begin(), end.cuts.end(), from);
  return next != end.cuts.end() && *next <= to;
}

void FrameSeries::add(int64_t frame, double value, double coverage) {
  const auto size = static_cast<size_t>(frame + 1);
  values_.resize(size, kNone);
  coverages_.resize(size, 0);
  values_.back() = value;
  coverages_.back() = coverage;
}

std::vector<double> FrameSeries::within_scenes(const ClipEnd& end) const {
  std::vector<double> values = values_;
  values.resize(static_cast<size_t>(end.frames), kNone);
  if (reach_ == Reach::kFrame) return values;
  for (const int64_t cut : end.cuts) {
    values[static_cast<size_t>(cut)] = kNone;
    if (reach_ == Reach::kTriple) values[static_cast<size_t>(cut - 1)] = kNone;
  }
  return values;
}

Measurement FrameSeries::mean(const Definition& definition, const ClipEnd& end) const {
  const int64_t needed = reach_ == Reach::kFrame ? 1 : reach_ == Reach::kPair ? 2 : 3;
  if (end.frames < needed) return none(definition, Status::kTooFewFrames);
  Measurement m;
  m.definition = &definition;
  m.series = within_scenes(end);
  std::vector<std::pair<double, double>> parts;  // value · coverage, coverage
  for (size_t i = 0; i < values_.size(); ++i) {
    if (std::isnan(m.series[i]) || coverages_[i] <= 0) continue;
    parts.emplace_back(coverages_[i] * m.series[i], coverages_[i]);
  }
  // By size and not by frame: a clip played backwards has the same mean to the last digit.
  std::sort(parts.begin(), parts.end());
  double sum = 0, weight = 0;
  for (const auto& [value, coverage] : parts) {
    sum += value;
    weight += coverage;
  }
  m.samples = static_cast<int64_t>(parts.size());
  if (m.samples == 0) {
    m.status = Status::kNoValidPixels;
    m.coverage = 0;
    return m;
  }
  m.value = sum / weight;
  m.coverage = std::min(1.0, weight / static_cast<double>(m.samples));
  return guarded(std::move(m), end);
}

Measurement none(const Definition& definition, Status status) {
  Measurement m;
  m.definition = &definition;
  m.status = status;
  m.coverage = 0;
  return m;
}

Measurement guarded(Measurement measurement, const ClipEnd& end) {
  if (end.still && measurement.value && measurement.status == Status::kOk)
    measurement.status = Status::kDegenerateStatic;
  return measurement;
}

double quantile(std::vector<double> values, double q) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return kNone;
  std::sort(values.begin(), values.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(place);
  const size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (place - static_cast<double>(low)) * (values[high] - values[low]);
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

}  // namespace flowreel
