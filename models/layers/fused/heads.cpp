#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "models/layers/fused/fused.h"
#include "models/layers/fused/passes.h"
#include "models/layers/vector_loops.h"

namespace flowreel::fused {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What one token is turned by, [d/2] each; null where nothing turns.
struct Turn {
  const float *cos, *sin;
};

// One head of one token: out = turned (x · factor · weight).
FLOWREEL_VECTOR_CLONES void norm_head(const float* x, const float* weight, float factor, Turn turn,
                                      float* out, int64_t d) {
  for (int64_t i = 0; i < d; ++i) out[i] = x[i] * factor * weight[i];
  if (turn.cos == nullptr) return;
  for (int64_t i = 0; i < d / 2; ++i) {
    const float a = out[2 * i], b = out[2 * i + 1];
    out[2 * i] = a * turn.cos[i] - b * turn.sin[i];
    out[2 * i + 1] = b * turn.cos[i] + a * turn.sin[i];
  }
}

FLOWREEL_VECTOR_CLONES void turn_back(const float* g, Turn turn, float* out, int64_t d) {
  if (turn.cos == nullptr) {
    for (int64_t i = 0; i < d; ++i) out[i] = g[i];
    return;
  }
  for (int64_t i = 0; i < d / 2; ++i) {
    const float a = g[2 * i], b = g[2 * i + 1];
    out[2 * i] = a * turn.cos[i] + b * turn.sin[i];
    out[2 * i + 1] = b * turn.cos[i] - a * turn.sin[i];
  }
}

// g becomes its product with the weights; what it says about them is added to d_weight.
FLOWREEL_VECTOR_CLONES void weigh(float* g, const float* x, const float* weight, float factor,
                                  float* d_weight, int64_t d) {
  for (int64_t i = 0; i < d; ++i) {
    d_weight[i] += g[i] * x[i] * factor;
    g[i] *= weight[i];
  }
}

FLOWREEL_VECTOR_CLONES void rms_input(const float* g, const float* x, float factor, float pull,
                                      float* out, int64_t d) {
  for (int64_t i = 0; i < d; ++i) out[i] = factor * g[i] - pull * x[i];
}

// Where the numbers of a HeadNorm lie, by token.
struct HeadTables {
  explicit HeadTables(const HeadNorm& n)
      : rotated(n.cos.size(0)),
        half(n.cos.size(1)),
        cos(n.cos.const_data_ptr<float>()),
        sin(n.sin.const_data_ptr<float>()),
        weights{n.video_weight.const_data_ptr<float>(), n.text_weight.const_data_ptr<float>()},
        eps{static_cast<float>(n.video_eps), static_cast<float>(n.text_eps)} {}
  bool is_text(int64_t token) const { return token >= rotated; }
  Turn turn_of(int64_t token) const {
    if (is_text(token)) return {nullptr, nullptr};
    return {cos + token * half, sin + token * half};
  }
  float factor(const float* x, int64_t token, int64_t d) const {
    return 1 / std::sqrt(dot(x, x, d) / static_cast<float>(d) + eps[is_text(token)]);
  }
  int64_t rotated, half;
  const float *cos, *sin;
  const float* weights[2];
  float eps[2];
};

class NormAndRotate : public torch::autograd::Function<NormAndRotate> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& video_weight, const at::Tensor& text_weight,
                            const HeadNorm& norm) {
    context->save_for_backward({x, video_weight, text_weight});
    context->saved_data["cos"] = norm.cos;
    context->saved_data["sin"] = norm.sin;
    context->saved_data["video_eps"] = norm.video_eps;
    context->saved_data["text_eps"] = norm.text_eps;
    const HeadTables tables(norm);
    const int64_t tokens = x.size(1), heads = x.size(2), d = x.size(3);
    at::Tensor out = at::empty_like(x);
    for_each_part(x.size(0), tokens, [&](const Part& p) {
      Rows from(x, heads * d), to(out, heads * d);
      for (int64_t token = p.begin; token < p.end; ++token) {
        const float* row = from.read(p.b * tokens + token);
        float* y = to.begin_write(p.b * tokens + token);
        for (int64_t i = 0; i < heads * d; i += d) {
          norm_head(row + i, tables.weights[tables.is_text(token)],
                    tables.factor(row + i, token, d), tables.turn_of(token), y + i, d);
        }
        to.end_write(p.b * tokens + token);
      }
    });
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor x = saved[0], g = gradients[0].contiguous();
    HeadNorm norm{saved[1],
                  saved[2],
                  context->saved_data["video_eps"].toDouble(),
                  context->saved_data["text_eps"].toDouble(),
                  context->saved_data["cos"].toTensor(),
                  context->saved_data["sin"].toTensor()};
    const HeadTables tables(norm);
    const int64_t samples = x.size(0), tokens = x.size(1), heads = x.size(2), d = x.size(3);
    at::Tensor dx = at::empty_like(x);
    PartialSums d_video(samples, d), d_text(samples, d);
    for_each_part(samples, tokens, [&](const Part& p) {
      Rows from(x, heads * d), of_gradient(g, heads * d), to(dx, heads * d);
      std::vector<float> turned(static_cast<size_t>(d));
      for (int64_t token = p.begin; token < p.end; ++token) {
        const bool is_text = tables.is_text(token);
        const float* row = from.read(p.b * tokens + token);
        const float* gradient = of_gradient.read(p.b * tokens + token);
        float* out = to.begin_write(p.b * tokens + token);
        float* d_weight = is_text ? d_text.of(p) : d_video.of(p);
        for (int64_t i = 0; i < heads * d; i += d) {
          const float factor = tables.factor(row + i, token, d);
          turn_back(gradient + i, tables.turn_of(token), turned.data(), d);
          weigh(turned.data(), row + i, tables.weights[is_text], factor, d_weight, d);
          const float along = dot(turned.data(), row + i, d) / static_cast<float>(d);
          rms_input(turned.data(), row + i, factor, factor * factor * factor * along, out + i, d);
        }
        to.end_write(p.b * tokens + token);
      }
    });
    return {dx, d_video.of_all(), d_text.of_all(), at::Tensor()};
  }
};

}  // namespace

at::Tensor norm_and_rotate(const at::Tensor& x, const HeadNorm& norm) {
  HeadNorm wide_norm = norm;
  wide_norm.video_weight = wide(norm.video_weight);
  wide_norm.text_weight = wide(norm.text_weight);
  return NormAndRotate::apply(x, wide_norm.video_weight, wide_norm.text_weight, wide_norm);
}

}  // namespace flowreel::fused
