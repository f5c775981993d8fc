#include "pipeline/consistency/compare.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/consistency/compare_warnings.h"

namespace flowreel {
namespace {

constexpr double kLevel = 0.05, kSameShare = 0.01, kMotionShare = 0.10;
constexpr const char* kMotion = "motion_degree";

void check_definitions(const Definition& now, const Definition& baseline) {
  if (std::string(now.id) != baseline.id)
    throw DataError("metric " + std::string(now.name) + " is measured by " + quote(now.id) +
                    ", in the baseline by " + quote(baseline.id) +
                    "; expected one definition, since values of two cannot be compared");
}

struct Values {
  double now = 0, baseline = 0;
};

std::optional<Values> values_of(const Measurement* now, const Measurement* baseline) {
  if (!now || !baseline || !now->value || !baseline->value) return std::nullopt;
  return Values{*now->value, *baseline->value};
}

// Whether the better value is that of a clip that stands still while the other one moves. Where
// both stand still they are alike, and flicker that one of them has is real.
bool is_hollow(const ClipPair& pair, const Definition& definition, double difference) {
  if (pair.now->end.still == pair.baseline->end.still) return false;
  if (definition.direction == Direction::kNeither || difference == 0) return false;
  const bool is_better = (difference > 0) == (definition.direction == Direction::kHigherIsBetter);
  return is_better ? pair.now->end.still : pair.baseline->end.still;
}

bool is_still(const Measurement& m) { return m.status == Status::kDegenerateStatic; }

// The pairs that enter, and how many do not, and why.
std::vector<const ClipPair*> take_pairs(const std::vector<ClipPair>& pairs, MetricComparison& c) {
  std::vector<const ClipPair*> taken;
  for (const ClipPair& pair : pairs) {
    const Measurement* now = measurement_of(*pair.now, c.definition->name);
    const Measurement* baseline = measurement_of(*pair.baseline, c.definition->name);
    if (now && baseline) check_definitions(*now->definition, *baseline->definition);
    const auto values = values_of(now, baseline);
    if (values && !is_hollow(pair, *c.definition, values->now - values->baseline)) {
      c.values.push_back({pair.now->name, values->baseline, values->now});
      taken.push_back(&pair);
    } else if (values || (now && is_still(*now)) || (baseline && is_still(*baseline))) {
      ++c.still;
      if (pair.now->end.still && !pair.baseline->end.still) ++c.still_now;
    } else {
      ++c.without;
    }
  }
  return taken;
}

MetricComparison compare_metric(const Definition& definition, const std::vector<ClipPair>& pairs) {
  MetricComparison c;
  c.definition = &definition;
  const std::vector<const ClipPair*> taken = take_pairs(pairs, c);
  std::vector<ClusteredValue> now, baseline, differences;
  for (size_t i = 0; i < taken.size(); ++i) {
    const ComparedPair& values = c.values[i];
    now.push_back({taken[i]->cluster, values.now});
    baseline.push_back({taken[i]->cluster, values.baseline});
    differences.push_back({taken[i]->cluster, values.now - values.baseline});
    c.now_mean += values.now;
    c.baseline_mean += values.baseline;
  }
  c.now_spread = spread_of(now);
  c.baseline_spread = spread_of(baseline);
  c.statistics = paired_statistics(differences);
  if (const auto n = static_cast<double>(differences.size()); n > 0) {
    c.now_mean /= n;
    c.baseline_mean /= n;
  }
  const bool falls = definition.direction == Direction::kLowerIsBetter;
  c.wins = falls ? c.statistics.below : c.statistics.above;
  c.ties = c.statistics.equal;
  c.losses = falls ? c.statistics.above : c.statistics.below;
  return c;
}

bool excludes_zero(const ConfidenceInterval& interval) {
  return interval.low > 0 || interval.high < 0;
}

ComparisonVerdict verdict_of(const MetricComparison& c) {
  const auto& interval = c.statistics.interval;
  if (!interval) return ComparisonVerdict::kInconclusive;
  const double margin = kSameShare * std::abs(c.baseline_mean);
  if (interval->low >= -margin && interval->high <= margin) return ComparisonVerdict::kSame;
  if (excludes_zero(*interval) && c.p_adjusted < kLevel) {
    const Direction direction = c.definition->direction;
    if (direction == Direction::kNeither) return ComparisonVerdict::kDiffers;
    const bool rises = c.statistics.mean > 0;
    return rises == (direction == Direction::kHigherIsBetter) ? ComparisonVerdict::kBetter
                                                              : ComparisonVerdict::kWorse;
  }
  return ComparisonVerdict::kInconclusive;
}

void adjust(std::vector<MetricComparison>& metrics) {
  std::vector<double> p;
  for (const MetricComparison& c : metrics) {
    if (c.statistics.interval) p.push_back(c.statistics.p);
  }
  const std::vector<double> adjusted = holm(p);
  auto next = adjusted.begin();
  for (MetricComparison& c : metrics) {
    if (c.statistics.interval) c.p_adjusted = *next++;
    c.verdict = verdict_of(c);
  }
}

bool motion_differs(const Comparison& comparison) {
  const MetricComparison* motion = comparison_of(comparison, kMotion);
  return motion && motion->statistics.interval && excludes_zero(*motion->statistics.interval) &&
         std::abs(motion->statistics.mean) > kMotionShare * std::abs(motion->baseline_mean);
}

}  // namespace

const char* verdict_name(ComparisonVerdict verdict) {
  switch (verdict) {
    case ComparisonVerdict::kBetter:
      return "better";
    case ComparisonVerdict::kWorse:
      return "worse";
    case ComparisonVerdict::kDiffers:
      return "differs";
    case ComparisonVerdict::kSame:
      return "same";
    case ComparisonVerdict::kInconclusive:
      return "inconclusive";
  }
  return "";
}

const MetricComparison* comparison_of(const Comparison& comparison, const std::string& metric) {
  for (const MetricComparison& c : comparison.metrics) {
    if (metric == c.definition->name) return &c;
  }
  return nullptr;
}

Comparison compare(const Results& now, const Results& baseline) {
  Pairing pairing = pair_clips(now, baseline);
  if (pairing.pairs.empty())
    throw DataError("none of " + std::to_string(now.clips.size()) + " clips has a partner among " +
                    std::to_string(baseline.clips.size()) +
                    " of the baseline, expected the same prompts and seeds, or file names");
  Comparison result;
  result.warnings = compare_warnings(now, baseline, pairing.pairs);
  result.pairs = static_cast<int64_t>(pairing.pairs.size());
  std::set<std::string> clusters;
  for (const ClipPair& pair : pairing.pairs) clusters.insert(pair.cluster);
  result.clusters = static_cast<int64_t>(clusters.size());

  std::set<std::string> in_baseline;
  for (const Definition* d : definitions_of(baseline)) in_baseline.insert(d->name);
  for (const Definition* d : definitions_of(now)) {
    if (in_baseline.contains(d->name))
      result.metrics.push_back(compare_metric(*d, pairing.pairs));
    else
      result.warnings.push_back("the baseline has no " + std::string(d->name));
  }
  adjust(result.metrics);

  if (!comparison_of(result, kMotion))
    result.warnings.push_back(
        "motion_degree is not measured on both sides: what looks better may only move less");
  const bool confounded = motion_differs(result);
  for (MetricComparison& c : result.metrics) {
    const bool is_judged =
        c.verdict == ComparisonVerdict::kBetter || c.verdict == ComparisonVerdict::kWorse;
    c.confounded_by_motion = confounded && is_judged && !shows_stillness(c.definition->name);
  }
  result.only_now = std::move(pairing.only_now);
  result.only_baseline = std::move(pairing.only_baseline);
  return result;
}

}  // namespace flowreel
