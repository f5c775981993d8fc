#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "models/layers/fused/fused.h"
#include "models/layers/fused/passes.h"
#include "models/layers/vector_loops.h"

namespace flowreel::fused {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

FLOWREEL_VECTOR_CLONES void center(const float* x, float mean, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] - mean;
}

FLOWREEL_VECTOR_CLONES void scale_and_shift(float* x, float factor, const float* scale,
                                            const float* shift, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] = x[i] * factor * (1 + scale[i]) + shift[i];
}

// x_hat becomes x less its mean; returns what brings it to unit variance.
float centre_row(const float* x, float* x_hat, int64_t n, float eps) {
  center(x, sum_of(x, n) / static_cast<float>(n), x_hat, n);
  return 1 / std::sqrt(dot(x_hat, x_hat, n) / static_cast<float>(n) + eps);
}

// x_hat is centred and becomes of unit variance; d_scale and d_shift are added to.
FLOWREEL_VECTOR_CLONES void layer_norm_sums(const float* g, float* x_hat, float rstd,
                                            float* d_scale, float* d_shift, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    x_hat[i] *= rstd;
    d_scale[i] += g[i] * x_hat[i];
    d_shift[i] += g[i];
  }
}

FLOWREEL_VECTOR_CLONES void times_one_plus(const float* g, const float* scale, float* out,
                                           int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = g[i] * (1 + scale[i]);
}

// Means over a row: of its gradient, and of that times the normalised row.
struct RowMeans {
  float g, gx;
};

FLOWREEL_VECTOR_CLONES void layer_norm_input(const float* g, const float* x_hat, RowMeans mean,
                                             float rstd, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = rstd * (g[i] - mean.g - x_hat[i] * mean.gx);
}

class ModulatedLayerNorm : public torch::autograd::Function<ModulatedLayerNorm> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& scale,
                            const at::Tensor& shift, double eps, at::ScalarType type) {
    context->save_for_backward({x, scale});
    context->saved_data["eps"] = eps;
    const int64_t tokens = x.size(1), n = x.size(2);
    at::Tensor out = at::empty(x.sizes(), x.options().dtype(type));
    const float* scales = scale.const_data_ptr<float>();
    const float* shifts = shift.const_data_ptr<float>();
    for_each_part(x.size(0), tokens, [&](const Part& p) {
      Rows from(x, n), to(out, n);
      for (int64_t row = p.b * tokens + p.begin; row < p.b * tokens + p.end; ++row) {
        float* y = to.begin_write(row);
        const float rstd = centre_row(from.read(row), y, n, static_cast<float>(eps));
        scale_and_shift(y, rstd, scales + p.b * n, shifts + p.b * n, n);
        to.end_write(row);
      }
    });
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor x = saved[0], scale = saved[1], g = gradients[0].contiguous();
    const auto eps = static_cast<float>(context->saved_data["eps"].toDouble());
    const int64_t tokens = x.size(1), n = x.size(2);
    at::Tensor dx = at::empty_like(x);
    PartialSums d_scale(x.size(0), n), d_shift(x.size(0), n);
    for_each_part(x.size(0), tokens, [&](const Part& p) {
      Rows from(x, n), of_gradient(g, n), to(dx, n);
      std::vector<float> x_hat(static_cast<size_t>(n)), weighed(static_cast<size_t>(n));
      const float* scales = scale.const_data_ptr<float>() + p.b * n;
      for (int64_t row = p.b * tokens + p.begin; row < p.b * tokens + p.end; ++row) {
        const float* gradient = of_gradient.read(row);
        const float rstd = centre_row(from.read(row), x_hat.data(), n, eps);
        layer_norm_sums(gradient, x_hat.data(), rstd, d_scale.of(p), d_shift.of(p), n);
        times_one_plus(gradient, scales, weighed.data(), n);
        const auto count = static_cast<float>(n);
        const RowMeans means = {sum_of(weighed.data(), n) / count,
                                dot(weighed.data(), x_hat.data(), n) / count};
        layer_norm_input(weighed.data(), x_hat.data(), means, rstd, to.begin_write(row), n);
        to.end_write(row);
      }
    });
    return {dx, d_scale.by_sample(), d_shift.by_sample(), at::Tensor(), at::Tensor()};
  }
};

bool is_known(at::ScalarType type) { return type == at::kFloat || type == at::kBFloat16; }

}  // namespace

bool takes(const at::Tensor& x) {
  return at::GradMode::is_enabled() && x.is_cpu() && is_known(x.scalar_type()) && x.is_contiguous();
}

at::Tensor modulated_layer_norm(const at::Tensor& x, const at::Tensor& scale,
                                const at::Tensor& shift, double eps) {
  const bool autocast = at::autocast::is_autocast_enabled(at::kCPU);
  const at::ScalarType wanted = at::autocast::get_autocast_dtype(at::kCPU);
  const at::ScalarType type = autocast && is_known(wanted) ? wanted : x.scalar_type();
  return ModulatedLayerNorm::apply(x, wide(scale), wide(shift), eps, type);
}

}  // namespace flowreel::fused
