#include "pipeline/consistency/html/drift_plot.h"

#include <charconv>
#include <cmath>

#include "pipeline/consistency/html/digits.h"
#include "pipeline/consistency/html/metric_words.h"

namespace flowreel::html {
namespace {

// Takes `prefix` off the text.
bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

template <typename Number>
bool take(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

// The axis has room for at least two distances.
double place(int64_t distance, int64_t furthest) {
  constexpr double kInset = 12;
  const double octaves = std::log2(static_cast<double>(std::max<int64_t>(2, furthest)));
  const double share = std::log2(static_cast<double>(distance)) / octaves;
  return kPlotLeft + kInset + share * (kPlotRight - kPlotLeft - 8 * kInset);
}

}  // namespace

std::vector<DriftPoint> drift_points(std::string_view note) {
  std::vector<DriftPoint> points;
  while (!note.empty()) {
    DriftPoint point{};
    const bool ok = (points.empty() || skip(note, ", ")) && skip(note, "dt ") &&
                    take(note, point.distance) && skip(note, ": ") && take(note, point.likeness);
    const bool rises = point.distance > (points.empty() ? 0 : points.back().distance);
    if (!ok || !rises || !std::isfinite(point.likeness)) return {};
    points.push_back(point);
  }
  return points;
}

Html drift_figure(const Definition& definition, const std::vector<DriftPoint>& points,
                  const Axis& vertical) {
  std::vector<Tick> ticks;
  Line line;
  Html dots;
  for (const DriftPoint& point : points) {
    const double x = place(point.distance, points.back().distance);
    const double y = height_at(vertical, point.likeness);
    ticks.push_back({x, std::to_string(point.distance)});
    line.to(x, y);
    dots << "<circle class=\"dot\" cx=\"" << At{x} << "\" cy=\"" << At{y} << "\" r=\"3\"><title>"
         << point.distance << " frames apart: " << Text{digits(point.likeness)}
         << "</title></circle>";
  }
  Html html;
  html << "<figure class=\"plot\"><figcaption>" << metric_link(definition)
       << " <span class=\"unit\">mean SSIM by distance</span></figcaption><svg viewBox=\"0 0 "
       << At{kPlotWidth} << " " << At{kPlotHeight}
       << "\" role=\"img\" aria-label=\"Likeness of frames by how far they lie apart: "
       << Text{digits(points.front().likeness)} << " at " << points.front().distance << ", "
       << Text{digits(points.back().likeness)} << " at " << points.back().distance << "\">"
       << plot_frame(vertical, "SSIM", ticks, "frames apart") << line.drawn() << dots
       << "</svg></figure>";
  return html;
}

}  // namespace flowreel::html
