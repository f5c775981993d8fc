// The frame of a small drawing: where it lies, what its axes say.
#pragma once

#include <string>
#include <vector>

#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

// In units of the drawing, which are CSS pixels at the width of a phone.
inline constexpr double kPlotWidth = 360, kPlotHeight = 148;
inline constexpr double kPlotLeft = 44, kPlotRight = 350, kPlotTop = 24, kPlotBottom = 122;

// From low to high in whole steps, low < high.
struct Axis {
  double low, high, step;
};

// The shortest axis with a step of 1, 2 or 5 times a power of ten, not more than four of them, that
// low and high lie on. From zero when that costs less than half of the height.
Axis axis_over(double low, double high);

// What stands at its steps, from low to high; where those are very small or large, as multiples of
// a power of ten, which plot_frame() puts behind the unit.
std::vector<std::string> step_labels(const Axis& axis);

// The height at which a value stands.
double height_at(const Axis& axis, double value);

// A label below the drawing at x.
struct Tick {
  double x;
  std::string label;
};

// Grid, labels and the unit of the vertical axis; labels of the horizontal one and its name.
Html plot_frame(const Axis& vertical, std::string_view unit, const std::vector<Tick>& ticks,
                std::string_view name);

// A line through points from left to right; NaN breaks it, and a point alone is a dot.
class Line {
 public:
  void to(double x, double y);
  Html drawn() const;

 private:
  struct Point {
    double x, y;
  };
  std::vector<Point> points_;
};

}  // namespace flowreel::html
