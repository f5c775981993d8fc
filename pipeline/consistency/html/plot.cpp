#include "pipeline/consistency/html/plot.h"

#include <algorithm>
#include <cmath>

#include "pipeline/consistency/html/digits.h"

namespace flowreel::html {
namespace {

constexpr double kMostSteps = 4;
// Values that differ by less of their size are the same but for rounding.
constexpr double kSameness = 1e-9;
// Labels beyond these are written as multiples of a power of ten.
constexpr double kSmallest = 0.01, kLargest = 1e5;

double step_for(double extent) {
  const double least = extent / kMostSteps;
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double times : {1.0, 2.0, 5.0}) {
    if (times * power >= least) return times * power;
  }
  return 10 * power;
}

std::string superscript(int number) {
  static const char* const kDigit[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string out = number < 0 ? "⁻" : "";
  for (const char c : std::to_string(std::abs(number))) out += kDigit[c - '0'];
  return out;
}

// The power of ten that labels leave to the unit.
int shared_power(const Axis& axis) {
  const double largest = std::max(std::abs(axis.low), std::abs(axis.high));
  if (largest >= kSmallest && largest < kLargest) return 0;
  return static_cast<int>(std::floor(std::log10(largest)));
}

}  // namespace

Axis axis_over(double low, double high) {
  if (low > 0 && low < high / 2) low = 0;
  if (high < 0 && high > low / 2) high = 0;
  if (high - low <= kSameness * std::max(std::abs(low), std::abs(high))) {
    const double room = low == 0 ? 1 : std::abs(low) / 20;
    low -= low == 0 ? 0 : room;
    high += room;
  }
  double step = step_for(high - low);
  const auto steps = [&] { return std::ceil(high / step) - std::floor(low / step); };
  while (steps() > kMostSteps) step = step_for(step * (kMostSteps + 0.1));
  return {std::floor(low / step) * step, std::ceil(high / step) * step, step};
}

double height_at(const Axis& axis, double value) {
  return kPlotBottom - (value - axis.low) / (axis.high - axis.low) * (kPlotBottom - kPlotTop);
}

std::vector<std::string> step_labels(const Axis& axis) {
  const double scale = std::pow(10, shared_power(axis));
  const int decimals =
      std::max(0, -static_cast<int>(std::floor(std::log10(axis.step / scale) + 1e-9)));
  const auto steps = std::lround((axis.high - axis.low) / axis.step);
  std::vector<std::string> labels;
  for (long i = 0; i <= steps; ++i)
    labels.push_back(
        fixed((axis.low + static_cast<double>(i) * axis.step) / scale + 0.0, decimals));
  return labels;
}

Html plot_frame(const Axis& vertical, std::string_view unit, const std::vector<Tick>& ticks,
                std::string_view name) {
  const int power = shared_power(vertical);
  Html html, labels;
  html << "<path class=\"grid\" d=\"";
  double value = vertical.low;
  for (const std::string& label : step_labels(vertical)) {
    const double y = height_at(vertical, value);
    html << "M" << At{kPlotLeft} << " " << At{y} << "H" << At{kPlotRight};
    labels << "<text class=\"end\" x=\"" << At{kPlotLeft - 6} << "\" y=\"" << At{y + 3.5} << "\">"
           << Text{label} << "</text>";
    value += vertical.step;
  }
  html << "\"/>" << labels << "<text x=\"0\" y=\"10\">" << Text{unit};
  if (power != 0) html << " ×10" << Text{superscript(power)};
  html << "</text>";
  for (const Tick& tick : ticks)
    html << "<text class=\"mid\" x=\"" << At{tick.x} << "\" y=\"" << At{kPlotBottom + 17} << "\">"
         << Text{tick.label} << "</text>";
  html << "<text class=\"end\" x=\"" << At{kPlotRight} << "\" y=\"" << At{kPlotBottom + 17} << "\">"
       << Text{name} << "</text>";
  return html;
}

void Line::to(double x, double y) { points_.push_back({x, y}); }

Html Line::drawn() const {
  Html line, dots;
  bool drawing = false;
  for (size_t i = 0; i < points_.size(); ++i) {
    const auto [x, y] = points_[i];
    const bool goes_on = i + 1 < points_.size() && !std::isnan(points_[i + 1].y);
    if (std::isnan(y)) {
      drawing = false;
    } else if (drawing || goes_on) {
      line << (drawing ? Markup("L") : Markup("M")) << At{x} << " " << At{y};
      drawing = true;
    } else {
      dots << "M" << At{x} << " " << At{y} << "h0";
    }
  }
  Html html;
  if (!line.empty()) html << "<path class=\"line\" d=\"" << line << "\"/>";
  if (!dots.empty()) html << "<path class=\"line dots\" d=\"" << dots << "\"/>";
  return html;
}

}  // namespace flowreel::html
