#include "pipeline/consistency/statistics/trend.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pipeline/consistency/series.h"

namespace flowreel {
namespace {

struct Point {
  double t = 0, y = 0;
};

std::vector<Point> points_of(const std::vector<double>& values) {
  std::vector<Point> points;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) points.push_back({static_cast<double>(i), values[i]});
  }
  if (points.size() <= kMostTrendPoints) return points;
  std::vector<Point> thinned;
  for (size_t k = 0; k < kMostTrendPoints; ++k)
    thinned.push_back(points[k * (points.size() - 1) / (kMostTrendPoints - 1)]);
  return thinned;
}

// n(n-1)(2n+5), 18 times the variance of S for n different values.
double variance_18(size_t n) {
  const auto m = static_cast<double>(n);
  return m * (m - 1) * (2 * m + 5);
}

}  // namespace

double theil_sen(const std::vector<double>& values, double spacing) {
  const std::vector<Point> points = points_of(values);
  std::vector<double> slopes;
  for (size_t j = 1; j < points.size(); ++j) {
    for (size_t i = 0; i < j; ++i)
      slopes.push_back((points[j].y - points[i].y) / ((points[j].t - points[i].t) * spacing));
  }
  return median(std::move(slopes));
}

MannKendall mann_kendall(const std::vector<double>& values) {
  const std::vector<Point> points = points_of(values);
  MannKendall result;
  std::vector<double> sorted;
  for (size_t j = 0; j < points.size(); ++j) {
    for (size_t i = 0; i < j; ++i)
      result.s += (points[j].y > points[i].y) - (points[j].y < points[i].y);
    sorted.push_back(points[j].y);
  }
  std::sort(sorted.begin(), sorted.end());
  double variance = variance_18(sorted.size());
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto last = std::upper_bound(first, sorted.end(), *first);
    variance -= variance_18(static_cast<size_t>(last - first));
    first = last;
  }
  if (result.s == 0 || variance <= 0) return result;
  result.z = static_cast<double>(result.s - (result.s > 0 ? 1 : -1)) / std::sqrt(variance / 18);
  result.p = std::erfc(std::abs(result.z) / std::numbers::sqrt2);
  return result;
}

}  // namespace flowreel
