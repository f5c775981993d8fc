#include "pipeline/evaluate/silhouette.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <vector>

#include "pipeline/evaluate/forms.h"

namespace flowreel {
namespace {

// A multiple of all symmetries: 3, 4 and 5 to the turn.
constexpr int kAngles = 120;
constexpr int kRings = 20;
constexpr double kReach = 1.8;  // in radii; a star's corners are at 1.67
constexpr std::array<double, 3> kBlurs = {0.03, 0.13, 0.25};  // in radii
constexpr double kOtherBlur = 0.06;

// Values at [ring, angle], multiplied by the root of the ring's area so that a scalar product is an
// integral over the plane.
using Polar = std::vector<float>;

struct Moments {
  double area = 0, x = 0, y = 0;
  double radius() const { return std::sqrt(area / std::numbers::pi); }
};

Moments moments_of(const cv::Mat1f& covered) {
  Moments m;
  for (int row = 0; row < covered.rows; ++row) {
    for (int column = 0; column < covered.cols; ++column) {
      const double share = covered(row, column);
      m.area += share;
      m.x += share * (column + 0.5);
      m.y += share * (row + 0.5);
    }
  }
  m.x /= m.area;
  m.y /= m.area;
  return m;
}

// Between the middles of pixels; 0 outside.
float bilinear(const cv::Mat1f& image, double x, double y) {
  const double column = std::floor(x - 0.5), row = std::floor(y - 0.5);
  const double right = x - 0.5 - column, down = y - 0.5 - row;
  const auto value = [&](double r, double c) -> double {
    if (r < 0 || c < 0 || r >= image.rows || c >= image.cols) return 0;
    return image(static_cast<int>(r), static_cast<int>(c));
  };
  return static_cast<float>(
      (1 - down) * ((1 - right) * value(row, column) + right * value(row, column + 1)) +
      down * ((1 - right) * value(row + 1, column) + right * value(row + 1, column + 1)));
}

Polar to_polar(const cv::Mat1f& covered, const Moments& m) {
  Polar polar;
  polar.reserve(static_cast<size_t>(kRings) * kAngles);
  for (int ring = 0; ring < kRings; ++ring) {
    const double distance = (ring + 0.5) / kRings * kReach;
    const auto weight = static_cast<float>(std::sqrt(distance));
    for (int i = 0; i < kAngles; ++i) {
      const double angle = 2 * std::numbers::pi * i / kAngles;
      polar.push_back(weight * bilinear(covered, m.x + distance * m.radius() * std::cos(angle),
                                        m.y + distance * m.radius() * std::sin(angle)));
    }
  }
  return polar;
}

// In several sums, so that it can be vectorised.
double product(const Polar& a, const Polar& b) {
  constexpr size_t kLanes = 16;
  static_assert(kRings * kAngles % kLanes == 0);
  std::array<float, kLanes> sums{};
  for (size_t i = 0; i < a.size(); i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

// Clockwise by one of kAngles.
Polar turned(const Polar& polar, int by) {
  Polar result(polar.size());
  for (int ring = 0; ring < kRings; ++ring) {
    for (int i = 0; i < kAngles; ++i) {
      result[static_cast<size_t>(ring * kAngles + (i + by) % kAngles)] =
          polar[static_cast<size_t>(ring * kAngles + i)];
    }
  }
  return result;
}

// One form with one blur: its polar images at all angles that differ.
struct Template {
  std::optional<shapes::Kind> kind;
  double square = 0;
  std::vector<Polar> turns;
};

Template make_template(const Form& form, double blur) {
  const double sigma = blur * moments_of(form.covered).radius();
  cv::Mat1f covered;
  cv::GaussianBlur(form.covered, covered, {}, sigma, sigma, cv::BORDER_CONSTANT);
  const Polar polar = to_polar(covered, moments_of(covered));
  Template made = {form.kind, product(polar, polar), {}};
  const int count = std::max(1, static_cast<int>(std::lround(form.symmetry * kAngles)));
  for (int i = 0; i < count; ++i) made.turns.push_back(turned(polar, i));
  return made;
}

const std::vector<Template>& templates() {
  static const std::vector<Template> all = [] {
    std::vector<Template> made;
    for (int kind = 0; kind < shapes::kKinds; ++kind) {
      const Form form = form_of(static_cast<shapes::Kind>(kind));
      for (const double blur : kBlurs) made.push_back(make_template(form, blur));
    }
    for (const Form& form : other_forms()) made.push_back(make_template(form, kOtherBlur));
    return made;
  }();
  return all;
}

// Where the parabola through three neighbours has its peak, in (-1/2, 1/2).
double peak(double before, double top, double after) {
  const double bend = before - 2 * top + after;
  return bend < -1e-12 ? std::clamp(0.5 * (before - after) / bend, -0.5, 0.5) : 0;
}

}  // namespace

Silhouette measure_silhouette(const cv::Mat1f& covered) {
  const Moments m = moments_of(covered);
  const Polar polar = to_polar(covered, m);
  const double square = product(polar, polar);
  Silhouette seen = {m.x, m.y, m.radius(), {}, {}, 0};
  for (const Template& form : templates()) {
    std::vector<double> overlaps;
    for (const Polar& turn : form.turns) overlaps.push_back(product(polar, turn));
    const auto best = std::max_element(overlaps.begin(), overlaps.end());
    const double score = *best / (square + form.square - *best);
    if (!form.kind) {
      seen.other = std::max(seen.other, score);
      continue;
    }
    const auto kind = static_cast<size_t>(*form.kind);
    if (score <= seen.scores[kind]) continue;
    seen.scores[kind] = score;
    const size_t count = overlaps.size(), at = static_cast<size_t>(best - overlaps.begin());
    const double between =
        count < 3 ? 0 : peak(overlaps[(at + count - 1) % count], *best, overlaps[(at + 1) % count]);
    const double angle = (static_cast<double>(at) + between) / kAngles;
    const double period = symmetry(*form.kind);
    seen.angles[kind] = angle < 0 ? angle + period : angle;
  }
  return seen;
}

}  // namespace flowreel
