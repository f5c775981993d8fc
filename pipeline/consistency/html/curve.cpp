#include "pipeline/consistency/html/curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "pipeline/consistency/html/digits.h"
#include "pipeline/consistency/html/metric_words.h"

namespace flowreel::html {
namespace {

// One column of the drawing: the frames from first to last, both included.
struct Column {
  double x;
  int64_t first, last;
  std::optional<int64_t> lowest, highest;  // frames of its values
};

class Curve {
 public:
  Curve(const Measurement& measurement, const Axis& vertical, const std::vector<Marks>& marks)
      : m_(measurement), axis_(vertical), marks_(marks), frames_(std::ssize(measurement.series)) {
    for (int64_t i = 0; i < frames_; ++i) take(i, all_);
    const int64_t count = std::min(frames_, kMostColumns);
    for (int64_t c = 0; c < count; ++c) {
      Column column{0, c * frames_ / count, (c + 1) * frames_ / count - 1, {}, {}};
      column.x = (x(column.first) + x(column.last)) / 2;
      for (int64_t i = column.first; i <= column.last; ++i) take(i, column);
      columns_.push_back(column);
    }
  }

  Html figure() const {
    Html html;
    html << "<figure class=\"plot curve\"><figcaption>" << metric_link(*m_.definition) << " "
         << subject() << "<output></output></figcaption><svg viewBox=\"0 0 " << At{kPlotWidth}
         << " " << At{kPlotHeight} << "\" role=\"img\" aria-label=\"" << Text{m_.definition->name}
         << " by frame, " << Text{extent()} << "\">"
         << plot_frame(axis_, curve_unit(*m_.definition), ticks(), "frame") << signs() << line()
         << worst() << "<path class=\"cursor\" d=\"M0 0\"/><g class=\"hits\" stroke-width=\""
         << At{width() / static_cast<double>(columns_.size())} << "\">" << hits()
         << "</g></svg><p class=\"extent\">" << Text{extent()} << "</p></figure>";
    return html;
  }

 private:
  // What is drawn, by the metric's own words or others.
  Html subject() const {
    const std::string words = curve_subject(*m_.definition);
    Html html;
    html << "<span class=\"unit\">";
    if (words.empty())
      html << arrow(*m_.definition);
    else
      html << Text{words};
    html << "</span>";
    return html;
  }

  static double width() { return kPlotRight - kPlotLeft; }

  double value(int64_t frame) const { return m_.series[static_cast<size_t>(frame)]; }

  double x(int64_t frame) const {
    const auto last = static_cast<double>(std::max<int64_t>(1, frames_ - 1));
    return kPlotLeft + static_cast<double>(frame) / last * width();
  }

  // Widens the column's range by a frame's value, if there is one.
  void take(int64_t frame, Column& column) const {
    if (!std::isfinite(value(frame))) return;
    if (!column.lowest || value(frame) < value(*column.lowest)) column.lowest = frame;
    if (!column.highest || value(frame) > value(*column.highest)) column.highest = frame;
  }

  std::string extent() const {
    const auto at = [&](int64_t f) {
      return digits(value(f)) + " (frame " + std::to_string(f) + ")";
    };
    return at(*all_.lowest) + " to " + at(*all_.highest);
  }

  std::vector<Tick> ticks() const {
    constexpr double kRoomForName = 44;
    const Axis axis = axis_over(0, static_cast<double>(frames_ - 1));
    const auto step = std::max<int64_t>(1, static_cast<int64_t>(axis.step));
    std::vector<Tick> ticks;
    for (int64_t i = 0; i < frames_ && x(i) <= kPlotRight - kRoomForName; i += step)
      ticks.push_back({x(i), std::to_string(i)});
    return ticks;
  }

  Html signs() const {
    Html html;
    for (const auto& [kind, frames] : marks_) {
      html << "<path class=\"" << kind->style << "\" d=\"";
      double drawn = -1;  // of so many that two would touch, one
      for (const int64_t frame : frames) {
        if (x(frame) - drawn < width() / static_cast<double>(kMostColumns)) continue;
        drawn = x(frame);
        html << kind->sign(drawn, kPlotTop, kPlotBottom);
      }
      html << "\"/>";
    }
    return html;
  }

  Html line() const {
    Line line;
    for (const Column& c : columns_) {
      if (!c.lowest) {
        line.to(c.x, std::numeric_limits<double>::quiet_NaN());
        continue;
      }
      const auto [earlier, later] = std::minmax(*c.lowest, *c.highest);
      line.to(c.x, height_at(axis_, value(earlier)));
      if (earlier != later) line.to(c.x, height_at(axis_, value(later)));
    }
    return line.drawn();
  }

  // A ring at the worst value, and its frame on the side that the curve does not come from, or
  // beside it where there is no room.
  Html worst() const {
    constexpr double kRoom = 16;
    Html html;
    const Direction direction = m_.definition->direction;
    if (direction == Direction::kNeither || value(*all_.lowest) == value(*all_.highest))
      return html;
    const bool high_is_bad = direction == Direction::kLowerIsBetter;
    const int64_t frame = high_is_bad ? *all_.highest : *all_.lowest;
    const double y = height_at(axis_, value(frame));
    const double label = high_is_bad ? y - 8 : y + 15;
    html << "<circle class=\"worst\" cx=\"" << At{x(frame)} << "\" cy=\"" << At{y}
         << "\" r=\"4\"/><text class=\"worst ";
    if (high_is_bad ? y > kPlotTop + kRoom : y < kPlotBottom - kRoom)
      html << "mid\" x=\"" << At{std::clamp(x(frame), kPlotLeft + 8, kPlotRight - 8)} << "\" y=\""
           << At{label};
    else if (x(frame) < kPlotRight - 2 * kRoom)
      html << "start\" x=\"" << At{x(frame) + 7} << "\" y=\"" << At{y + 3.5};
    else
      html << "end\" x=\"" << At{x(frame) - 7} << "\" y=\"" << At{y + 3.5};
    html << "\">" << frame << "</text>";
    return html;
  }

  // Invisible columns that say what they hold where a pointer rests.
  Html hits() const {
    Html html;
    for (const Column& c : columns_) {
      html << "<path d=\"M" << At{c.x} << " " << At{kPlotTop} << "V" << At{kPlotBottom}
           << "\"><title>" << Text{told(c)} << "</title></path>";
    }
    return html;
  }

  std::string told(const Column& c) const {
    const bool one = c.first == c.last;
    std::string text = one ? "frame " : "frames ";
    text += std::to_string(c.first) + (one ? "" : " to " + std::to_string(c.last)) + ": ";
    text += !c.lowest ? "no value" : digits(value(*c.lowest));
    if (c.lowest && value(*c.lowest) < value(*c.highest))
      text += " to " + digits(value(*c.highest));
    const std::string names = marks_between(marks_, c.first, c.last);
    return text + (names.empty() ? "" : " (" + names + ")");
  }

  const Measurement& m_;
  const Axis axis_;
  const std::vector<Marks>& marks_;
  const int64_t frames_;
  Column all_{0, 0, 0, {}, {}};
  std::vector<Column> columns_;
};

}  // namespace

bool has_curve(const Measurement& measurement) {
  const auto is_value = [](double v) { return std::isfinite(v); };
  return std::ranges::count_if(measurement.series, is_value) >= 2 &&
         is_worth_drawing(*measurement.definition);
}

bool is_flat(const Measurement& measurement) {
  const auto first =
      std::ranges::find_if(measurement.series, [](double v) { return !std::isnan(v); });
  return std::all_of(first, measurement.series.end(),
                     [&](double v) { return std::isnan(v) || v == *first; });
}

Html curve_figure(const Measurement& measurement, const Axis& vertical,
                  const std::vector<Marks>& marks) {
  return Curve(measurement, vertical, marks).figure();
}

}  // namespace flowreel::html
