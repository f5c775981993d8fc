#include "pipeline/train/toy/targets.h"

#include <ATen/ATen.h>

#include <cmath>

namespace flowreel {
namespace {

constexpr double kPi = 3.14159265358979323846;

at::Tensor columns(int64_t count, int64_t width, const Draw& draw) {
  return draw.uniform({count, width}, Use::kData).to(at::kDouble);
}

at::Tensor point(const at::Tensor& x, const at::Tensor& y) { return at::stack({x, y}, 1); }

at::Tensor on_circle(const at::Tensor& angle) { return point(at::cos(angle), at::sin(angle)); }

// Two standard normals from two uniforms in [0, 1) (Box & Muller).
at::Tensor normal_pair(const at::Tensor& u, const at::Tensor& w) {
  const at::Tensor radius = at::sqrt(-2 * at::log(1 - u));
  return radius.unsqueeze(1) * on_circle(2 * kPi * w);
}

}  // namespace

at::Tensor eight_gaussians(int64_t count, const Draw& draw) {
  constexpr double kStd = 0.1;
  // A circle of radius r has variance r^2/2 per coordinate.
  const double radius = std::sqrt(2 * (1 - kStd * kStd));
  const at::Tensor u = columns(count, 3, draw);
  const at::Tensor centre = on_circle(at::floor(u.select(1, 0) * 8) * (kPi / 4)) * radius;
  return (centre + kStd * normal_pair(u.select(1, 1), u.select(1, 2))).to(at::kFloat);
}

at::Tensor checkerboard(int64_t count, const Draw& draw) {
  const at::Tensor u = columns(count, 3, draw);
  const at::Tensor x = 4 * u.select(1, 0);
  // Rows 0 and 2 in even columns, 1 and 3 in odd ones.
  const at::Tensor row = 2 * at::floor(2 * u.select(1, 1)) + at::remainder(at::floor(x), 2);
  const double square = 2 * std::sqrt(3.0) / 4;
  return ((point(x, row + u.select(1, 2)) - 2) * square).to(at::kFloat);
}

at::Tensor two_moons(int64_t count, const Draw& draw) {
  constexpr double kStd = 0.05;
  const at::Tensor u = columns(count, 4, draw);
  const at::Tensor arc = on_circle(kPi * u.select(1, 1));
  // The second moon is the first one turned by half a turn about (1/2, 1/4).
  const at::Tensor turned = at::tensor({1.0, 0.5}, at::kDouble) - arc;
  const at::Tensor moon = at::where((u.select(1, 0) < 0.5).unsqueeze(1), arc, turned);
  const at::Tensor noisy = moon + kStd * normal_pair(u.select(1, 2), u.select(1, 3));
  // x is cos a or 1 - cos a, a uniform in [0, pi]; y is sin a or 1/2 - sin a. About (1/2, 1/4):
  // var x = 1/2 + 1/4, var y = E (sin a - 1/4)^2 = 1/2 - 1/pi + 1/16.
  const at::Tensor mean = at::tensor({0.5, 0.25}, at::kDouble);
  const at::Tensor variance = at::tensor({0.75, 0.5625 - 1 / kPi}, at::kDouble) + kStd * kStd;
  return ((noisy - mean) / at::sqrt(variance)).to(at::kFloat);
}

const std::vector<PointTarget>& point_targets() {
  static const std::vector<PointTarget> table = {
      {"eight_gaussians", eight_gaussians},
      {"checkerboard", checkerboard},
      {"two_moons", two_moons},
  };
  return table;
}

}  // namespace flowreel
