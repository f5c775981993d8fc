// Whether a series of evenly spaced values rises or falls, how fast, and how sure that is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace flowreel {

// NaN values are left out. What is left of longer series is thinned evenly to so many points, the
// first and the last among them: both functions look at all pairs.
inline constexpr size_t kMostTrendPoints = 1000;

// Median of (y_j - y_i) / (t_j - t_i) over all i < j (Theil 1950, Sen 1968), with values `spacing`
// apart in t. NaN for fewer than two values.
double theil_sen(const std::vector<double>& values, double spacing = 1);

// Mann 1945, Kendall 1975: S = sum of sign(y_j - y_i) over all i < j; z = (S -+ 1) / sqrt(var S),
// 0 for S = 0, with var S = (n(n-1)(2n+5) - sum over ties t(t-1)(2t+5)) / 18; p is two-sided, from
// the normal distribution: good from about ten values on. It takes values for independent; those
// of neighbouring frames are not, so that p is a hint and no more.
struct MannKendall {
  int64_t s = 0;
  double z = 0;
  double p = 1;  // 1 too when there is no variance: all values equal, or fewer than two
};
MannKendall mann_kendall(const std::vector<double>& values);

}  // namespace flowreel
