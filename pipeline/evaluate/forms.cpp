#include "pipeline/evaluate/forms.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "pipeline/train/shapes/coverage.h"

namespace flowreel {
namespace {

constexpr int kSide = 192;
constexpr double kRadius = 44;

// Corners at `distances`, in turn, evenly around the middle.
Form polygon(int corners, const std::vector<double>& distances, double symmetry) {
  constexpr int kFraction = 4;  // bits, of OpenCV's fixed-point coordinates
  std::vector<cv::Point> points;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * i / corners;
    const double radius = kRadius * distances[static_cast<size_t>(i) % distances.size()];
    const cv::Point2d point(kSide / 2.0 + radius * std::cos(angle),
                            kSide / 2.0 + radius * std::sin(angle));
    points.emplace_back(cv::Point2d(point * (1 << kFraction)));
  }
  cv::Mat1b drawn = cv::Mat1b::zeros(kSide, kSide);
  cv::fillPoly(drawn, std::vector<std::vector<cv::Point>>{points}, 255, cv::LINE_AA, kFraction);
  Form form = {std::nullopt, symmetry, {}};
  drawn.convertTo(form.covered, CV_32F, 1.0 / 255);
  return form;
}

// The form pressed together from above to this share of its height.
Form flattened(const Form& form, double share) {
  const cv::Matx23d press(1, 0, 0, 0, share, (1 - share) * kSide / 2);
  Form flat = {std::nullopt, 1.0 / 2, {}};
  cv::warpAffine(form.covered, flat.covered, press, form.covered.size());
  return flat;
}

}  // namespace

double symmetry(shapes::Kind kind) {
  switch (kind) {
    case shapes::Kind::kSquare:
    case shapes::Kind::kCross:
      return 1.0 / 4;
    case shapes::Kind::kTriangle:
      return 1.0 / 3;
    case shapes::Kind::kStar:
      return 1.0 / 5;
    default:
      return 0;
  }
}

Form form_of(shapes::Kind kind) {
  const at::Tensor distance = shapes::signed_distance(
      kind, {{kSide / 2.0, kSide / 2.0, kRadius, 0}}, {0, 0, kSide, kSide}, at::kCPU);
  const at::Tensor drawn = distance.neg().add(0.5).clamp(0, 1).contiguous();
  Form form = {kind, symmetry(kind), cv::Mat1f(kSide, kSide)};
  std::copy_n(drawn.const_data_ptr<float>(), form.covered.total(), form.covered.ptr<float>());
  return form;
}

std::vector<Form> other_forms() {
  return {polygon(5, {1}, 1.0 / 5),
          polygon(6, {1}, 1.0 / 6),
          polygon(8, {1.3, 0.5}, 1.0 / 4),
          polygon(12, {1.2, 0.65}, 1.0 / 6),
          flattened(form_of(shapes::Kind::kCircle), 0.68),
          flattened(form_of(shapes::Kind::kSquare), 0.62)};
}

}  // namespace flowreel
