#include "pipeline/consistency/comparison_table.h"

#include <algorithm>
#include <map>

#include "pipeline/consistency/columns.h"
#include "pipeline/consistency/numbers.h"
#include "pipeline/consistency/result_table.h"

namespace flowreel {
namespace {

constexpr int kDigits = 3;

std::string number(double value) { return short_number(value, kDigits); }

std::string p_text(const std::optional<double>& p) {
  return !p ? "-" : *p < 0.001 ? "<0.001" : short_number(*p, 2);
}

std::string verdict_text(const MetricComparison& c) {
  if (c.verdict == ComparisonVerdict::kInconclusive) return "~";
  if (c.verdict == ComparisonVerdict::kSame) return "=";
  return verdict_name(c.verdict) + std::string(c.confounded_by_motion ? "*" : "");
}

std::vector<std::string> row_of(const MetricComparison& c) {
  const PairedStatistics& s = c.statistics;
  const bool any = s.pairs > 0;
  const auto& interval = s.interval;
  return {c.definition->name,
          direction_arrow(c.definition->direction),
          any ? number(c.baseline_mean) : "-",
          any ? (s.mean > 0 ? "+" : "") + number(s.mean) : "-",
          interval ? "[" + number(interval->low) + ", " + number(interval->high) + "]" : "-",
          p_text(c.p_adjusted),
          s.g ? short_number(*s.g, 2) : "-",
          std::to_string(c.wins) + "/" + std::to_string(c.ties) + "/" + std::to_string(c.losses),
          verdict_text(c)};
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + one_line(text);
  return all;
}

// "what: names", where there is any.
std::string names_line(const std::string& what, const std::vector<std::string>& names) {
  return names.empty() ? "" : wrapped(what + ": " + joined(names), "  ");
}

// A line per text, with the metrics that it is said of.
std::string said_of_metrics(const std::map<std::string, std::vector<std::string>>& metrics_by_text,
                            size_t all) {
  std::string lines;
  for (const auto& [text, metrics] : metrics_by_text)
    lines += wrapped(text + " (" + (metrics.size() == all ? "all metrics" : joined(metrics)) + ")",
                     "  ");
  return lines;
}

std::string notes(const Comparison& comparison) {
  std::map<std::string, std::vector<std::string>> said;
  for (const MetricComparison& c : comparison.metrics) {
    const std::string name = c.definition->name;
    if (c.still > 0)
      said["left out, since a clip stands still: " + std::to_string(c.still) + " of " +
           std::to_string(comparison.pairs) + " pairs"]
          .push_back(name);
    if (c.without > 0)
      said["left out, since a value is missing: " + std::to_string(c.without) + " of " +
           std::to_string(comparison.pairs) + " pairs"]
          .push_back(name);
    if (!c.statistics.interval)
      said["no interval and no verdict: " + c.statistics.why_no_interval].push_back(name);
  }
  return said_of_metrics(said, comparison.metrics.size());
}

}  // namespace

std::string comparison_table(const Comparison& comparison) {
  Rows rows = {{"", "", "baseline", "difference", "95 %", "p", "g", "w/t/l", ""}};
  for (const MetricComparison& c : comparison.metrics) rows.push_back(row_of(c));
  constexpr std::string_view kRight = "llrrrrrrl";
  const int over = longest_line(aligned(rows, kRight, "")) - kTableWidth;
  int longest_name = 0;
  for (const auto& row : rows) longest_name = std::max(longest_name, display_width(row[0]));
  for (auto& row : rows) row[0] = shortened(row[0], longest_name - std::max(0, over));

  std::string text = std::to_string(comparison.pairs) + " pairs of clips, " +
                     std::to_string(comparison.clusters) + " prompts\n" +
                     aligned(rows, kRight, "") + notes(comparison);
  if (std::any_of(comparison.metrics.begin(), comparison.metrics.end(),
                  [](const MetricComparison& c) { return c.confounded_by_motion; }))
    text += wrapped("* confounded by motion: the clips do not move alike", "  ");
  text += names_line("only here", comparison.only_now);
  text += names_line("only in the baseline", comparison.only_baseline);
  for (const std::string& warning : comparison.warnings)
    text += wrapped("warning: " + one_line(warning), "  ");
  return text;
}

}  // namespace flowreel
