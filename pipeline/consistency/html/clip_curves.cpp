#include "pipeline/consistency/html/clip_curves.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "pipeline/consistency/html/curve.h"
#include "pipeline/consistency/html/drift_plot.h"
#include "pipeline/consistency/html/metric_words.h"

namespace flowreel::html {
namespace {

constexpr std::string_view kDriftCurve = "drift_curve";

std::vector<double> drawn_values(const Measurement& m) {
  if (has_curve(m)) return m.series;
  std::vector<double> values;
  if (m.definition->name == kDriftCurve) {
    for (const DriftPoint& point : drift_points(m.note)) values.push_back(point.likeness);
  }
  return values;
}

Html figure_of(const Measurement& m, const SharedAxes& axes, const std::vector<Marks>& marks) {
  const auto axis = axes.by_metric.find(m.definition->name);
  if (axis == axes.by_metric.end()) return {};
  if (has_curve(m)) return is_flat(m) ? Html() : curve_figure(m, axis->second, marks);
  if (m.definition->name != kDriftCurve) return {};
  const std::vector<DriftPoint> points = drift_points(m.note);
  return points.empty() ? Html() : drift_figure(*m.definition, points, axis->second);
}

SharedAxes axes_over(const std::vector<const ClipResult*>& clips) {
  struct Range {
    double low, high;
  };
  std::map<std::string, Range> ranges;
  for (const ClipResult* clip : clips) {
    for (const Measurement& m : clip->measurements) {
      for (const double value : drawn_values(m)) {
        if (!std::isfinite(value)) continue;
        Range& range = ranges.try_emplace(m.definition->name, Range{value, value}).first->second;
        range = {std::min(range.low, value), std::max(range.high, value)};
      }
    }
  }
  SharedAxes axes;
  axes.clips = clips.size();
  for (const auto& [name, range] : ranges)
    axes.by_metric.emplace(name, axis_over(range.low, range.high));
  return axes;
}

// The curves that need no drawing.
Html flat_ones(const std::vector<Measurement>& measurements) {
  Html names;
  for (const Measurement& m : measurements) {
    if (!has_curve(m) || !is_flat(m)) continue;
    if (!names.empty()) names << ", ";
    names << metric_link(*m.definition);
  }
  Html html;
  if (!names.empty()) html << "<p class=\"hint\">The same in every frame: " << names << ".</p>";
  return html;
}

Html about_scale(const SharedAxes& axes) {
  Html html;
  if (axes.clips > 1)
    html << "<p class=\"hint\">Every metric has one scale for the " << axes.clips
         << " clips that move.</p>";
  return html;
}

}  // namespace

SharedAxes shared_axes(const std::vector<HtmlClip>& clips) {
  std::vector<const ClipResult*> moving;
  for (const HtmlClip& clip : clips) {
    if (!clip.result.end.still) moving.push_back(&clip.result);
  }
  return axes_over(moving);
}

Html clip_curves(const HtmlClip& clip, const SharedAxes& shared) {
  const SharedAxes axes = clip.result.end.still ? axes_over({&clip.result}) : shared;
  const std::vector<Marks> marks = marks_of(clip);
  Html all;
  for (size_t family = 0; family < families().size(); ++family) {
    Html figures;
    for (const Measurement& m : clip.result.measurements) {
      if (family_of(*m.definition) == family) figures << figure_of(m, axes, marks);
    }
    if (figures.empty()) continue;
    all << "<h4>" << Text{families()[family]} << "</h4><div class=\"plots\">" << figures
        << "</div>";
  }
  const Html flat = flat_ones(clip.result.measurements);
  Html html;
  if (all.empty() && flat.empty()) return html;
  html << "<h3>By frame</h3>" << about_scale(axes) << legend(marks) << flat << all;
  return html;
}

}  // namespace flowreel::html
