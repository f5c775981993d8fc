#include "pipeline/consistency/html/scatter.h"

#include <algorithm>

#include "pipeline/consistency/html/digits.h"
#include "pipeline/consistency/html/metric_words.h"
#include "pipeline/consistency/html/plot.h"

namespace flowreel::html {
namespace {

Axis shared_axis(const std::vector<ComparedPair>& pairs) {
  double low = pairs[0].now, high = low;
  for (const ComparedPair& pair : pairs) {
    low = std::min({low, pair.now, pair.baseline});
    high = std::max({high, pair.now, pair.baseline});
  }
  return axis_over(low, high);
}

double place(const Axis& axis, double value) {
  return kPlotLeft + (value - axis.low) / (axis.high - axis.low) * (kPlotRight - kPlotLeft);
}

// Room is left for the axis' name at its right end.
std::vector<Tick> ticks(const Axis& axis) {
  constexpr double kRoomForName = 60;
  std::vector<Tick> ticks;
  double value = axis.low;
  for (const std::string& label : step_labels(axis)) {
    if (place(axis, value) <= kPlotRight - kRoomForName)
      ticks.push_back({place(axis, value), label});
    value += axis.step;
  }
  return ticks;
}

Html dots(const std::vector<ComparedPair>& pairs, const Axis& axis) {
  Html html;
  for (const ComparedPair& pair : pairs) {
    html << "<circle class=\"dot\" cx=\"" << At{place(axis, pair.baseline)} << "\" cy=\""
         << At{height_at(axis, pair.now)} << "\" r=\"3\"><title>" << Text{pair.clip} << ": "
         << Text{digits(pair.baseline)} << ", now " << Text{digits(pair.now)}
         << "</title></circle>";
  }
  return html;
}

}  // namespace

bool has_scatter(const MetricComparison& comparison) { return comparison.values.size() >= 2; }

Html scatter_figure(const MetricComparison& comparison) {
  const Definition& definition = *comparison.definition;
  const Axis axis = shared_axis(comparison.values);
  const PairedStatistics& s = comparison.statistics;
  Html html;
  html << "<figure class=\"plot\"><figcaption>" << metric_link(definition)
       << " <span class=\"unit\">" << arrow(definition)
       << "</span></figcaption><svg viewBox=\"0 0 " << At{kPlotWidth} << " " << At{kPlotHeight}
       << "\" role=\"img\" aria-label=\"" << Text{definition.name}
       << " of each pair, new against baseline: higher in " << s.above << ", equal in " << s.equal
       << ", lower in " << s.below << "\">"
       << plot_frame(axis, unit_words(definition), ticks(axis), "baseline")
       << "<path class=\"identity\" d=\"M" << At{kPlotLeft} << " " << At{kPlotBottom} << "L"
       << At{kPlotRight} << " " << At{kPlotTop} << "\"/>" << dots(comparison.values, axis)
       << "</svg></figure>";
  return html;
}

}  // namespace flowreel::html
