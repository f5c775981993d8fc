#include "pipeline/consistency/comparison_json.h"

#include <nlohmann/json.hpp>

namespace flowreel {
namespace {

using nlohmann::json;

json or_null(const std::optional<double>& value) { return value ? json(*value) : json(nullptr); }

json spread_json(const std::optional<Spread>& spread) {
  if (!spread) return nullptr;
  return {{"between_prompts", spread->between_prompts}, {"between_seeds", spread->between_seeds}};
}

json pairs_json(const std::vector<ComparedPair>& pairs) {
  json all = json::array();
  for (const ComparedPair& pair : pairs)
    all.push_back({{"clip", pair.clip}, {"baseline", pair.baseline}, {"now", pair.now}});
  return all;
}

json metric_json(const MetricComparison& m) {
  const PairedStatistics& s = m.statistics;
  return {{"now_mean", m.now_mean},
          {"baseline_mean", m.baseline_mean},
          {"now_spread", spread_json(m.now_spread)},
          {"baseline_spread", spread_json(m.baseline_spread)},
          {"values", pairs_json(m.values)},
          {"mean_difference", s.mean},
          {"low", s.interval ? json(s.interval->low) : json(nullptr)},
          {"high", s.interval ? json(s.interval->high) : json(nullptr)},
          {"p", s.interval ? json(s.p) : json(nullptr)},
          {"p_adjusted", or_null(m.p_adjusted)},
          {"g", or_null(s.g)},
          {"pairs", s.pairs},
          {"wins", m.wins},
          {"ties", m.ties},
          {"losses", m.losses},
          {"still", m.still},
          {"still_now", m.still_now},
          {"clusters", s.clusters},
          {"why_no_interval", s.why_no_interval},
          {"without", m.without},
          {"verdict", verdict_name(m.verdict)},
          {"confounded_by_motion", m.confounded_by_motion}};
}

}  // namespace

std::string to_json(const Comparison& comparison) {
  json metrics = json::object();
  for (const MetricComparison& m : comparison.metrics) metrics[m.definition->name] = metric_json(m);
  const json whole = {{"schema_version", 1},
                      {"pairs", comparison.pairs},
                      {"clusters", comparison.clusters},
                      {"only_now", comparison.only_now},
                      {"only_baseline", comparison.only_baseline},
                      {"warnings", comparison.warnings},
                      {"metrics", metrics}};
  return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace flowreel
