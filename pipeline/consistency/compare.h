// Whether one set of clips is better than another, metric by metric, and how sure that is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/consistency/pairing.h"
#include "pipeline/consistency/result.h"
#include "pipeline/consistency/statistics/paired.h"
#include "pipeline/consistency/statistics/spread.h"

namespace flowreel {

enum class ComparisonVerdict {
  kBetter,        // not kSame, the interval excludes 0, and p_adjusted < 0.05
  kWorse,         // the same
  kDiffers,       // the same, of a metric of which neither direction is better
  kSame,          // the interval lies within 1 % of the baseline's mean
  kInconclusive,  // none of these, or no interval
};
const char* verdict_name(
    ComparisonVerdict verdict);  // "better", "worse", "differs", "same", "inconclusive"

struct ComparedPair {
  std::string clip;  // the new one's name
  double baseline = 0, now = 0;
};

// Of one metric. Only pairs enter in which both have a value, and in which the better one is not
// that of a clip that stands still while the other moves: such a clip never counts as better.
struct MetricComparison {
  const Definition* definition = nullptr;
  double now_mean = 0, baseline_mean = 0;  // of the pairs that enter
  std::vector<ComparedPair> values;        // of these, in the order of the clips
  std::optional<Spread> now_spread, baseline_spread;  // of these; where a prompt has several seeds
  PairedStatistics statistics;                        // of now - baseline
  std::optional<double> p_adjusted;        // by Holm over all metrics that have an interval
  int64_t wins = 0, ties = 0, losses = 0;  // of now; risen, equal, fallen where none is better
  int64_t still = 0;      // pairs that do not enter because one of their clips stands still
  int64_t still_now = 0;  // of these, those of which the baseline's clip does not
  int64_t without = 0;    // pairs that do not enter because one of their values is not there
  ComparisonVerdict verdict = ComparisonVerdict::kInconclusive;
  // The verdict may come from how much moves: motion_degree differs (its interval excludes 0) by
  // more than 10 % of the baseline's. Only for better and worse.
  bool confounded_by_motion = false;
};

struct Comparison {
  std::vector<MetricComparison> metrics;  // of both sides, in the order of now's
  int64_t pairs = 0, clusters = 0;
  std::vector<std::string> only_now, only_baseline;  // names of clips without a partner
  std::vector<std::string> warnings;
};

// DataError: as pair_clips(); no clip has a partner; a metric has another definition on either
// side.
Comparison compare(const Results& now, const Results& baseline);

// Null when it is not among them.
const MetricComparison* comparison_of(const Comparison& comparison, const std::string& metric);

}  // namespace flowreel
