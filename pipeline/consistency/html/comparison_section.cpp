#include "pipeline/consistency/html/comparison_section.h"

#include <algorithm>
#include <cmath>

#include "pipeline/consistency/html/digits.h"
#include "pipeline/consistency/html/metric_words.h"
#include "pipeline/consistency/html/scatter.h"

namespace flowreel::html {
namespace {

// The interval with the mean, on a scale of its own with zero in the middle.
Html drawn(const PairedStatistics& s) {
  constexpr double kMiddle = 60, kReach = 54;
  const ConfidenceInterval reach = s.interval.value_or(ConfidenceInterval{s.mean, s.mean});
  const double most = std::max({std::abs(reach.low), std::abs(reach.high), std::abs(s.mean)});
  const auto x = [&](double value) { return kMiddle + (most > 0 ? value / most * kReach : 0); };
  Html html;
  html << "<svg class=\"interval\" viewBox=\"0 0 120 16\" aria-hidden=\"true\">"
       << "<path class=\"zero\" d=\"M" << At{kMiddle} << " 0V16\"/>";
  if (s.interval)
    html << "<path class=\"reach\" d=\"M" << At{x(reach.low)} << " 8H" << At{x(reach.high)} << "M"
         << At{x(reach.low)} << " 4v8M" << At{x(reach.high)} << " 4v8\"/>";
  html << "<circle cx=\"" << At{x(s.mean)} << "\" cy=\"8\" r=\"3.5\"/></svg>";
  return html;
}

// The mark says what the colour says.
Html verdict(const MetricComparison& c) {
  Html html;
  html << "<td class=\"words\">";
  if (c.verdict == ComparisonVerdict::kBetter)
    html << "<span class=\"good\" aria-hidden=\"true\">+</span> ";
  if (c.verdict == ComparisonVerdict::kWorse)
    html << "<span class=\"bad\" aria-hidden=\"true\">−</span> ";
  if (c.verdict == ComparisonVerdict::kSame) html << "<span aria-hidden=\"true\">=</span> ";
  if (c.verdict == ComparisonVerdict::kInconclusive) html << "<span aria-hidden=\"true\">~</span> ";
  html << Text{verdict_name(c.verdict)};
  if (c.confounded_by_motion) html << "<small>may come from how much moves</small>";
  if (c.still > 0) html << "<small>" << c.still << " left out: a clip stands still</small>";
  if (c.without > 0) html << "<small>" << c.without << " left out: no value</small>";
  html << "</td>";
  return html;
}

Html mean(double value, const std::optional<Spread>& spread) {
  Html html;
  html << "<td>" << number(value);
  if (spread)
    html << "<small>prompts ± " << Text{digits(spread->between_prompts)}
         << "</small><small>seeds ± " << Text{digits(spread->between_seeds)} << "</small>";
  html << "</td>";
  return html;
}

Html row(const MetricComparison& c) {
  const PairedStatistics& s = c.statistics;
  Html html;
  html << "<tr><th scope=\"row\">" << metric_link(*c.definition) << " "
       << arrow_and_unit(*c.definition) << "</th>";
  if (s.pairs == 0) {
    html << verdict(c)
         << "<td>0</td><td class=\"none\" colspan=\"7\">– no pair with two values</td></tr>";
    return html;
  }
  html << verdict(c) << "<td>" << s.pairs << "</td>" << mean(c.baseline_mean, c.baseline_spread)
       << mean(c.now_mean, c.now_spread) << "<td>" << number(s.mean) << "</td><td>";
  if (s.interval)
    html << number(s.interval->low) << " to " << number(s.interval->high);
  else
    html << "– <small>" << Text{s.why_no_interval} << "</small>";
  html << "</td><td>" << drawn(s) << "</td><td>";
  if (c.p_adjusted)
    html << number(*c.p_adjusted);
  else
    html << "–";
  html << "</td><td>" << c.wins << " / " << c.ties << " / " << c.losses << "</td></tr>";
  return html;
}

Html unpaired(Markup where, const std::vector<std::string>& names) {
  Html html;
  if (names.empty()) return html;
  html << "<li class=\"warning\"><span class=\"tag\">unpaired</span> <span>" << where;
  for (size_t i = 0; i < names.size(); ++i) {
    html << (i == 0 ? Markup(" ") : Markup(", ")) << "<bdi>" << Text{names[i]} << "</bdi>";
  }
  html << "</span></li>";
  return html;
}

Html remarks(const Comparison& comparison) {
  Html items;
  for (const std::string& text : comparison.warnings)
    items << "<li class=\"warning\"><span class=\"tag\">warning</span> <span>" << Text{text}
          << "</span></li>";
  items << unpaired("only here:", comparison.only_now)
        << unpaired("only in the baseline:", comparison.only_baseline);
  Html html;
  if (!items.empty()) html << "<ul class=\"remarks\">" << items << "</ul>";
  return html;
}

Html scatters(const std::vector<MetricComparison>& metrics) {
  Html figures;
  for (const MetricComparison& metric : metrics) {
    if (has_scatter(metric)) figures << scatter_figure(metric);
  }
  Html html;
  if (!figures.empty())
    html << "<h3>Pair by pair</h3><p class=\"hint\">Each dot is a pair: the baseline's value to "
            "the right, the new one upwards. On the dashed line nothing has changed.</p>"
         << "<div class=\"plots\">" << figures << "</div>";
  return html;
}

}  // namespace

Html comparison_section(const Comparison& comparison, const std::string& baseline) {
  Html html;
  html << "<p class=\"facts\">" << comparison.pairs << " pairs of clips from "
       << comparison.clusters << " prompts, against <bdi>" << Text{baseline} << "</bdi></p>"
       << remarks(comparison)
       << "<p class=\"hint\">Difference: mean of new − baseline. Interval: 95 %, bootstrap by "
          "prompt. p: of no difference, adjusted for the number of metrics. Each row is drawn on a "
          "scale of its own about zero. ±: standard deviation between prompts, and between seeds "
          "of one prompt.</p>"
       << "<div class=\"scroll\" role=\"region\" aria-label=\"Comparison\" tabindex=\"0\">"
       << "<table class=\"tight\"><caption class=\"aside\">Comparison with the "
          "baseline</caption><thead><tr>"
       << "<th scope=\"col\">Metric</th><th scope=\"col\" class=\"words\">Verdict</th>"
       << "<th scope=\"col\">Pairs</th>"
       << "<th scope=\"col\">Baseline</th><th scope=\"col\">New</th>"
       << "<th scope=\"col\">Difference</th><th scope=\"col\">Interval</th>"
       << "<th scope=\"col\">about zero</th><th scope=\"col\">p</th>"
       << "<th scope=\"col\">Won / tied / lost</th></tr></thead><tbody>";
  for (const MetricComparison& metric : comparison.metrics) html << row(metric);
  html << "</tbody></table></div>" << scatters(comparison.metrics);
  return html;
}

}  // namespace flowreel::html
