#include "pipeline/flow/guidance.h"

#include <ATen/Functions.h>

#include <cmath>
#include <utility>

#include "errors/error.h"

namespace flowreel {
namespace {

void check_scale(double scale) {
  if (std::isfinite(scale)) return;
  throw UsageError(c10::str("guidance scale is ", scale, ", expected a finite number"));
}

at::Tensor extrapolate(const at::Tensor& v_neg, const at::Tensor& v_pos, double scale) {
  return at::add(v_neg, at::mul(at::sub(v_pos, v_neg), scale));
}

}  // namespace

Velocity guided(Velocity positive, Velocity negative, double scale) {
  check_scale(scale);
  if (scale == 1.0) return positive;
  return [positive = std::move(positive), negative = std::move(negative), scale](
             const at::Tensor& x, double t) {
    const at::Tensor v_pos = positive(x, t);
    return extrapolate(negative(x, t), v_pos, scale);
  };
}

Velocity guided_batched(Velocity both, double scale) {
  check_scale(scale);
  return [both = std::move(both), scale](const at::Tensor& x, double t) {
    const at::Tensor v = both(at::cat({x, x}, 0), t);
    if (v.dim() < 1 || v.size(0) != 2 * x.size(0)) {
      throw NumericsError(c10::str("the batched velocity has shape ", v.sizes(),
                                   ", expected twice the state ", x.sizes()));
    }
    const int64_t half = x.size(0);
    return extrapolate(v.narrow(0, 0, half), v.narrow(0, half, half), scale);
  };
}

}  // namespace flowreel
