#include "pipeline/flow/guidance.h"

#include <ATen/Functions.h>

#include <cmath>
#include <utility>
#include <vector>

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

// Over all but the batch, as Bessel has it.
at::Tensor deviation(const at::Tensor& v) {
  std::vector<int64_t> own;
  for (int64_t i = 1; i < v.dim(); ++i) own.push_back(i);
  return at::std(v, at::OptionalIntArrayRef(own), /*correction=*/1, /*keepdim=*/true);
}

at::Tensor rescaled(const at::Tensor& v, const at::Tensor& v_pos, double share) {
  const at::Tensor as_positive = at::mul(v, at::div(deviation(v_pos), deviation(v)));
  return at::add(at::mul(as_positive, share), at::mul(v, 1 - share));
}

void check_options(const GuidanceOptions& o) {
  check_scale(o.scale);
  if (!(o.rescale >= 0 && o.rescale <= 1))
    throw UsageError(c10::str("guidance rescale is ", o.rescale, ", expected 0 to 1"));
  if (!(o.sigma_low >= 0 && o.sigma_low < o.sigma_high && o.sigma_high <= 1)) {
    throw UsageError(c10::str("guidance is asked for at noise levels ", o.sigma_low, " to ",
                              o.sigma_high, ", expected to rise within 0 and 1"));
  }
}

}  // namespace

Velocity guided(Velocity positive, Velocity negative, const GuidanceOptions& options) {
  check_options(options);
  if (options.scale == 1.0) return positive;
  return [positive = std::move(positive), negative = std::move(negative), o = options](
             const at::Tensor& x, double t) {
    const at::Tensor v_pos = positive(x, t);
    const double sigma = 1 - t;
    if (sigma < o.sigma_low || sigma > o.sigma_high) return v_pos;
    const at::Tensor v = extrapolate(negative(x, t), v_pos, o.scale);
    return o.rescale > 0 ? rescaled(v, v_pos, o.rescale) : v;
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
