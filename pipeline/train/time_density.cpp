#include "pipeline/train/time_density.h"

#include <ATen/ATen.h>

#include <cmath>

#include "errors/error.h"

namespace flowreel {
namespace {

void check_positive(const char* name, double value) {
  if (value > 0 && std::isfinite(value)) return;
  throw UsageError(c10::str(name, " is ", value, ", expected a finite number above 0"));
}

at::Tensor draw_sigmas(int64_t batch, const TimeDensity& density, const Draw& draw) {
  if (density.law == TimeLaw::kUniform) {
    return 1.0 - draw.uniform({batch}, Use::kTime).to(at::kDouble);
  }
  const at::Tensor logits = draw.normal({batch}, Use::kTime).to(at::kDouble);
  return at::sigmoid(logits * density.std + density.mean);
}

}  // namespace

void check_time_density(const TimeDensity& density) {
  check_positive("time shift", density.shift);
  check_positive("time std", density.std);
  if (!std::isfinite(density.mean)) {
    throw UsageError(c10::str("time mean is ", density.mean, ", expected a finite number"));
  }
}

at::Tensor draw_times(int64_t batch, const TimeDensity& density, const Draw& draw) {
  check_time_density(density);
  at::Tensor sigma = draw_sigmas(batch, density, draw);
  if (density.shift != 1.0) sigma = density.shift * sigma / (1.0 + (density.shift - 1.0) * sigma);
  return (1.0 - sigma).to(at::kFloat);
}

}  // namespace flowreel
