#include "pipeline/consistency/colour_difference.h"

#include <cmath>
#include <numbers>

namespace flowreel {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

double cosine(double degrees) { return std::cos(degrees * kDegree); }
double sine(double degrees) { return std::sin(degrees * kDegree); }

// sqrt(C^7 / (C^7 + 25^7)): how saturated a colour is, 0..1.
double saturation(double chroma) {
  const double c7 = std::pow(chroma, 7);
  return std::sqrt(c7 / (c7 + std::pow(25.0, 7)));
}

// C' and h' (degrees, 0..360; 0 for greys), equations 6 and 7.
struct Polar {
  double chroma, hue;
};

Polar polar(double a_prime, double b) {
  const double angle = a_prime == 0 && b == 0 ? 0 : std::atan2(b, a_prime) / kDegree;
  return {std::hypot(a_prime, b), angle < 0 ? angle + 360 : angle};
}

// h'_2 - h'_1 on the shorter way round, 0 next to a grey; equation 10.
double hue_step(const Polar& one, const Polar& two) {
  if (one.chroma * two.chroma == 0) return 0;
  const double step = two.hue - one.hue;
  return step > 180 ? step - 360 : step < -180 ? step + 360 : step;
}

// The hue between the two, equation 14.
double mean_hue(const Polar& one, const Polar& two) {
  const double sum = one.hue + two.hue;
  if (one.chroma * two.chroma == 0) return sum;
  if (std::abs(one.hue - two.hue) <= 180) return sum / 2;
  return sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2;
}

}  // namespace

double difference_76(const cv::Vec3d& a, const cv::Vec3d& b) { return cv::norm(a - b); }

double difference_2000(const cv::Vec3d& a, const cv::Vec3d& b) {
  // C' and h' of both, equations 2 to 7.
  const double mean_c = (std::hypot(a[1], a[2]) + std::hypot(b[1], b[2])) / 2;
  const double g = 0.5 * (1 - saturation(mean_c));
  const Polar one = polar((1 + g) * a[1], a[2]), two = polar((1 + g) * b[1], b[2]);

  // Differences, equations 8 to 11.
  const double d_l = b[0] - a[0], d_c = two.chroma - one.chroma;
  const double d_h = 2 * std::sqrt(one.chroma * two.chroma) * sine(hue_step(one, two) / 2);

  // Their weights at the colour between the two, equations 12 to 21.
  const double l = (a[0] + b[0]) / 2, c = (one.chroma + two.chroma) / 2, h = mean_hue(one, two);
  const double t = 1 - 0.17 * cosine(h - 30) + 0.24 * cosine(2 * h) + 0.32 * cosine(3 * h + 6) -
                   0.20 * cosine(4 * h - 63);
  const double turn = 30 * std::exp(-std::pow((h - 275) / 25, 2));
  const double r_t = -sine(2 * turn) * 2 * saturation(c);
  const double s_l = 1 + 0.015 * std::pow(l - 50, 2) / std::sqrt(20 + std::pow(l - 50, 2));
  const double s_c = 1 + 0.045 * c, s_h = 1 + 0.015 * c * t;

  // Equation 22.
  const double x = d_l / s_l, y = d_c / s_c, z = d_h / s_h;
  return std::sqrt(x * x + y * y + z * z + r_t * y * z);
}

}  // namespace flowreel
