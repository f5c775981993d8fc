#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "models/layers/fused/fused.h"
#include "models/layers/vector_loops.h"

namespace flowreel::fused {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr float kSlope = 2 * 0.7978845608f;  // 2 sqrt(2 / pi)
constexpr float kCubic = 0.044715f;

// (1 + tanh(u)) / 2 = 1 / (1 + exp(-2u)), u = sqrt(2 / pi) (x + 0.044715 x^3).
inline float gate_of(float x) {
  const float t = -1.44269504f * kSlope * (x + kCubic * x * x * x);
  return t > 126.0f ? 0.0f : 1.0f / (1.0f + exp2_of(t));
}

FLOWREEL_VECTOR_CLONES void gelu(const float* x, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] * gate_of(x[i]);
}

FLOWREEL_VECTOR_CLONES void gelu_gradient(const float* x, const float* g, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float gate = gate_of(x[i]);
    const float slope = kSlope * (1.0f + 3.0f * kCubic * x[i] * x[i]);
    out[i] = g[i] * (gate + x[i] * gate * (1.0f - gate) * slope);
  }
}

template <typename Pass>
void for_rows(const at::Tensor& x, const Pass& pass) {
  const int64_t n = x.size(-1);
  at::parallel_for(0, x.numel() / n, 64, [&](int64_t begin, int64_t end) { pass(begin, end, n); });
}

class GeluTanh : public torch::autograd::Function<GeluTanh> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x) {
    context->save_for_backward({x});
    at::Tensor out = at::empty_like(x);
    for_rows(x, [&](int64_t begin, int64_t end, int64_t n) {
      Rows from(x, n), to(out, n);
      for (int64_t row = begin; row < end; ++row) {
        gelu(from.read(row), to.begin_write(row), n);
        to.end_write(row);
      }
    });
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0], g = gradients[0].contiguous();
    at::Tensor dx = at::empty_like(x);
    for_rows(x, [&](int64_t begin, int64_t end, int64_t n) {
      Rows from(x, n), of_gradient(g, n), to(dx, n);
      for (int64_t row = begin; row < end; ++row) {
        gelu_gradient(from.read(row), of_gradient.read(row), to.begin_write(row), n);
        to.end_write(row);
      }
    });
    return {dx};
  }
};

}  // namespace

at::Tensor gelu_tanh(const at::Tensor& x) { return GeluTanh::apply(x); }

}  // namespace flowreel::fused
