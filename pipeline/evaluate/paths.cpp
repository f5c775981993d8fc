#include "pipeline/evaluate/paths.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <opencv2/core.hpp>

namespace flowreel {
namespace {

// offset + a cos + b sin of 2 pi cycles u by least squares.
struct Wave {
  double a = 0, b = 0, rest = 0;
};

Wave fit_wave(const Series& series, double cycles) {
  cv::Matx33d squares = cv::Matx33d::zeros();
  cv::Vec3d products(0, 0, 0);
  const auto basis = [&](size_t i) {
    const double angle = 2 * std::numbers::pi * cycles * series.u[i];
    return cv::Vec3d(1, std::cos(angle), std::sin(angle));
  };
  for (size_t i = 0; i < series.u.size(); ++i) {
    squares += basis(i) * basis(i).t();
    products += series.value[i] * basis(i);
  }
  const cv::Vec3d solved = squares.solve(products, cv::DECOMP_SVD);
  Wave wave = {solved[1], solved[2], 0};
  for (size_t i = 0; i < series.u.size(); ++i) {
    const double rest = series.value[i] - solved.dot(basis(i));
    wave.rest += rest * rest;
  }
  return wave;
}

// The same values over another variable.
Series over(const Series& series, const std::vector<double>& variable) {
  return {variable, series.value};
}

}  // namespace

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double scatter(const std::vector<double>& values) {
  const double middle = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - middle) * (value - middle);
  return sum;
}

double spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t left_out = values.size() / 10;
  return values[values.size() - 1 - left_out] - values[left_out];
}

Line fit_line(const Series& series) {
  const double u = mean(series.u), value = mean(series.value);
  double squares = 0, products = 0;
  for (size_t i = 0; i < series.u.size(); ++i) {
    squares += (series.u[i] - u) * (series.u[i] - u);
    products += (series.u[i] - u) * (series.value[i] - value);
  }
  const double slope = squares > 0 ? products / squares : 0;
  Line line = {value - slope * u, slope, 0};
  for (size_t i = 0; i < series.u.size(); ++i) {
    const double rest = series.value[i] - line.offset - slope * series.u[i];
    line.rest += rest * rest;
  }
  return line;
}

double rest_of_bounce(const Series& series) {
  constexpr int kPhases = 40;
  double least = std::numeric_limits<double>::max();
  std::vector<double> hop(series.u.size());
  for (double cycles = 1.2; cycles <= 3; cycles += 0.05) {
    for (int phase = 0; phase < kPhases; ++phase) {
      for (size_t i = 0; i < hop.size(); ++i) {
        const double hops = static_cast<double>(phase) / kPhases + cycles * series.u[i];
        const double s = hops - std::floor(hops);
        hop[i] = 4 * s * (1 - s);
      }
      const Line line = fit_line(over(series, hop));
      if (line.slope < 0) least = std::min(least, line.rest);
    }
  }
  return least;
}

Circle fit_circle(const Series& x, const Series& y) {
  Circle best = {0, std::numeric_limits<double>::max(), 0};
  for (double cycles = 0.3; cycles <= 1.7; cycles += 0.04) {
    const Wave p = fit_wave(x, cycles), q = fit_wave(y, cycles);
    if (p.rest + q.rest >= best.rest) continue;
    const double squares = p.a * p.a + p.b * p.b + q.a * q.a + q.b * q.b;
    const double turned = std::abs(p.a * q.b - p.b * q.a);
    best = {cycles, p.rest + q.rest, squares > 0 ? 2 * turned / squares : 0};
  }
  return best;
}

}  // namespace flowreel
