#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "models/layers/fused/fused.h"
#include "models/layers/fused/passes.h"
#include "models/layers/vector_loops.h"

namespace flowreel::fused {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

FLOWREEL_VECTOR_CLONES void multiply_add(const float* x, const float* y, const float* gate,
                                         float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] + y[i] * gate[i];
}

FLOWREEL_VECTOR_CLONES void gate_gradients(const float* g, const float* y, const float* gate,
                                           float* dy, float* d_gate, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    dy[i] = g[i] * gate[i];
    d_gate[i] += g[i] * y[i];
  }
}

class AddGated : public torch::autograd::Function<AddGated> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& y,
                            const at::Tensor& gate) {
    context->save_for_backward({y, gate});
    const int64_t tokens = x.size(1), n = x.size(2);
    at::Tensor out = at::empty_like(x);
    const float* gates = gate.const_data_ptr<float>();
    for_each_part(x.size(0), tokens, [&](const Part& p) {
      Rows xs(x, n), ys(y, n), to(out, n);
      for (int64_t row = p.b * tokens + p.begin; row < p.b * tokens + p.end; ++row) {
        multiply_add(xs.read(row), ys.read(row), gates + p.b * n, to.begin_write(row), n);
        to.end_write(row);
      }
    });
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor y = saved[0], gate = saved[1], g = gradients[0].contiguous();
    const int64_t tokens = y.size(1), n = y.size(2);
    at::Tensor dy = at::empty_like(y);
    PartialSums d_gate(y.size(0), n);
    for_each_part(y.size(0), tokens, [&](const Part& p) {
      Rows gs(g, n), ys(y, n), to(dy, n);
      for (int64_t row = p.b * tokens + p.begin; row < p.b * tokens + p.end; ++row) {
        gate_gradients(gs.read(row), ys.read(row), gate.const_data_ptr<float>() + p.b * n,
                       to.begin_write(row), d_gate.of(p), n);
        to.end_write(row);
      }
    });
    return {gradients[0], dy, d_gate.by_sample()};
  }
};

}  // namespace

at::Tensor add_gated(const at::Tensor& x, const at::Tensor& y, const at::Tensor& gate) {
  return AddGated::apply(x, y.contiguous(), wide(gate));
}

}  // namespace flowreel::fused
