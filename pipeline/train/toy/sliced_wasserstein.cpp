#include "pipeline/train/toy/sliced_wasserstein.h"

#include <ATen/ATen.h>

#include "errors/error.h"
#include "pipeline/flow/noise.h"

namespace flowreel {
namespace {

constexpr double kPi = 3.14159265358979323846;

// Unit vectors [d, projections].
at::Tensor directions(int64_t d, int64_t projections) {
  if (d == 2) {
    const at::Tensor angle = at::arange(projections, at::kDouble) * (kPi / projections);
    return at::stack({at::cos(angle), at::sin(angle)}, 0);
  }
  const at::Tensor normals = philox_normal({d, projections}, 0).to(at::kDouble);
  return normals / normals.norm(2, {0}, /*keepdim=*/true);
}

}  // namespace

double sliced_wasserstein(const at::Tensor& x, const at::Tensor& y, int64_t projections) {
  if (x.sizes() != y.sizes() || x.dim() != 2 || x.numel() == 0 || projections < 1) {
    throw UsageError(c10::str("clouds to compare are ", x.sizes(), " and ", y.sizes(), " under ",
                              projections,
                              " projections, expected one shape [n,d] and at least 1"));
  }
  const at::Tensor axes = directions(x.size(1), projections).to(x.device());
  const auto sorted = [&](const at::Tensor& points) {
    return std::get<0>(at::sort(at::mm(points.to(at::kDouble), axes).t().contiguous(), 1));
  };
  return at::sqrt(at::mse_loss(sorted(x), sorted(y))).item<double>();
}

}  // namespace flowreel
