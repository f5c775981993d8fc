#include "pipeline/flow/path.h"

#include <ATen/Functions.h>

#include <utility>

#include "errors/error.h"

namespace flowreel {
namespace {

void check_same_shape(const at::Tensor& x_0, const at::Tensor& x_1) {
  if (x_0.sizes() == x_1.sizes()) return;
  throw UsageError("x_0 and x_1 must have one shape, found " + c10::str(x_0.sizes()) + " and " +
                   c10::str(x_1.sizes()));
}

}  // namespace

at::Tensor interpolate(const at::Tensor& x_0, const at::Tensor& x_1, double t) {
  check_same_shape(x_0, x_1);
  double sigma = 1.0 - t;
  double alpha = t;
  if (x_0.scalar_type() != at::kDouble) {
    sigma = static_cast<float>(sigma);
    alpha = 1.0f - static_cast<float>(sigma);
  }
  return at::add(at::mul(x_0, sigma), at::mul(x_1, alpha));
}

at::Tensor interpolate(const at::Tensor& x_0, const at::Tensor& x_1, const at::Tensor& t) {
  check_same_shape(x_0, x_1);
  if (t.dim() != 1 || x_0.dim() < 1 || t.size(0) != x_0.size(0)) {
    throw UsageError("t must be [B] for x_0 [B, ...], found t " + c10::str(t.sizes()) +
                     " and x_0 " + c10::str(x_0.sizes()));
  }
  std::vector<int64_t> shape(x_0.dim(), 1);
  shape[0] = t.size(0);
  const at::Tensor t_b = t.reshape(shape);
  return at::add(at::mul(at::sub(at::ones_like(t_b), t_b), x_0), at::mul(t_b, x_1));
}

at::Tensor velocity_target(const at::Tensor& x_0, const at::Tensor& x_1) {
  check_same_shape(x_0, x_1);
  return at::sub(x_1, x_0);
}

at::Tensor data_from_velocity(const at::Tensor& x_t, const at::Tensor& v, double t) {
  return at::add(x_t, at::mul(v, 1.0 - t));
}

at::Tensor noise_from_velocity(const at::Tensor& x_t, const at::Tensor& v, double t) {
  return at::sub(x_t, at::mul(v, t));
}

float timestep_of_sigma(double sigma) { return static_cast<float>(sigma) * 1000.0f; }

Velocity velocity_from_noise_minus_data(NoiseMinusData network) {
  return [network = std::move(network)](const at::Tensor& x, double t) {
    return at::neg(network(x, 1.0 - t));
  };
}

}  // namespace flowreel
