// How well a path of the grammar explains a track of numbers over time.
#pragma once

#include <vector>

namespace flowreel {

// One number per frame; u in [0,1].
struct Series {
  std::vector<double> u, value;
};

double mean(const std::vector<double>& values);

// Sum of squared differences from the mean.
double scatter(const std::vector<double>& values);

// Between the values that a tenth lie below and a tenth above.
double spread(std::vector<double> values);

// value = offset + slope u, and the sum of squares that it leaves.
struct Line {
  double offset = 0, slope = 0, rest = 0;
};
Line fit_line(const Series& series);

// Parabolas up from a floor, value = floor - height 4 s (1 - s), s the fraction of phase + cycles u
// (values grow downwards, height > 0): the least sum of squares left by 1.2 to 3 cycles.
double rest_of_bounce(const Series& series);

// A circle at even speed: x and y are offset + a cos + b sin of 2 pi cycles u, 0.3 to 1.7 cycles
// either way.
struct Circle {
  double cycles = 0;
  double rest = 0;       // sum of squares left, of both
  double roundness = 0;  // 1 for a circle, 0 for a line: the ellipse's area over that of a circle
                         // with the same sum of squared half axes
};
Circle fit_circle(const Series& x, const Series& y);

}  // namespace flowreel
