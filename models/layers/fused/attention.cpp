#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "models/layers/fused/fused.h"
#include "models/layers/vector_loops.h"

namespace flowreel::fused {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The rows of one head, side by side: [S,d] of [B,S,H,d].
at::Tensor head_of(const at::Tensor& x, int64_t b, int64_t h) {
  return x.select(0, b).select(1, h).contiguous();
}

// Head by head, one thread to a head.
void for_each_head(const at::Tensor& q, const std::function<void(int64_t b, int64_t h)>& pass) {
  const int64_t heads = q.size(2);
  at::parallel_for(0, q.size(0) * heads, 1, [&](int64_t begin, int64_t end) {
    const at::AutoDispatchBelowADInplaceOrView no_graph;
    const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::DispatchKey::AutocastCPU);
    for (int64_t i = begin; i < end; ++i) pass(i / heads, i % heads);
  });
}

FLOWREEL_VECTOR_CLONES float scale_and_mask(float* x, float scale, const float* mask, int64_t n) {
  constexpr int64_t kLanes = 16;
  float top[kLanes];
  for (float& lane : top) lane = -std::numeric_limits<float>::infinity();
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const float y = x[i + lane] * scale + mask[i + lane];
      x[i + lane] = y;
      top[lane] = y > top[lane] ? y : top[lane];
    }
  }
  float most = top[0];
  for (float lane : top) most = lane > most ? lane : most;
  for (; i < n; ++i) {
    x[i] = x[i] * scale + mask[i];
    most = x[i] > most ? x[i] : most;
  }
  return most;
}

FLOWREEL_VECTOR_CLONES void multiply(float* x, float factor, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] *= factor;
}

FLOWREEL_VECTOR_CLONES void score_gradients(const float* p, const float* dp, float mean,
                                            float scale, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = p[i] * (dp[i] - mean) * scale;
}

// What is added to the scores, [B,K] float32: 0 or minus infinity.
at::Tensor added_to_scores(const at::Tensor& key_mask, const at::Tensor& k) {
  at::Tensor added = at::zeros({k.size(0), k.size(1)}, at::kFloat);
  if (!key_mask.defined()) return added;
  return added.masked_fill_(key_mask.logical_not(), -std::numeric_limits<float>::infinity());
}

const float* row_of(const at::Tensor& added, int64_t b) {
  return added.const_data_ptr<float>() + b * added.size(1);
}

float scale_of(const at::Tensor& q) {
  return static_cast<float>(1 / std::sqrt(static_cast<double>(q.size(3))));
}

// Scores [S,K] bfloat16 become weights, a row at a time.
void weights_of(at::Tensor& scores, float scale, const float* mask) {
  const int64_t n = scores.size(1);
  Rows rows(scores, n);
  std::vector<float> row(static_cast<size_t>(n));
  for (int64_t i = 0; i < scores.size(0); ++i) {
    std::copy_n(rows.read(i), n, row.data());
    const float most = scale_and_mask(row.data(), scale, mask, n);
    const float sum = exp_of_difference(row.data(), most, n);
    multiply(row.data(), 1 / sum, n);
    std::copy_n(row.data(), n, rows.begin_write(i));
    rows.end_write(i);
  }
}

// Weights p and their gradient dp [S,K]: dp becomes the scores' gradient. mean: sum of p·dp by row.
void to_score_gradients(const at::Tensor& p, at::Tensor& dp, const at::Tensor& mean, float scale) {
  const int64_t n = p.size(1);
  Rows ps(p, n), dps(dp, n);
  std::vector<float> row(static_cast<size_t>(n));
  const float* means = mean.const_data_ptr<float>();
  for (int64_t i = 0; i < p.size(0); ++i) {
    score_gradients(ps.read(i), dps.read(i), means[i], scale, row.data(), n);
    std::copy_n(row.data(), n, dps.begin_write(i));
    dps.end_write(i);
  }
}

class Attention : public torch::autograd::Function<Attention> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k,
                            const at::Tensor& v, const at::Tensor& added) {
    const float scale = scale_of(q);
    at::Tensor out = at::empty(q.sizes(), q.options());
    for_each_head(q, [&](int64_t b, int64_t h) {
      at::Tensor weights = at::mm(head_of(q, b, h), head_of(k, b, h).t());
      weights_of(weights, scale, row_of(added, b));
      out.select(0, b).select(1, h).copy_(at::mm(weights, head_of(v, b, h)));
    });
    context->save_for_backward({q, k, v, out, added});
    return out.flatten(2);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor q = saved[0], k = saved[1], v = saved[2], out = saved[3], added = saved[4];
    const at::Tensor g = gradients[0].unflatten(2, {q.size(2), q.size(3)});
    const float scale = scale_of(q);
    at::Tensor dq = at::empty_like(q), dk = at::empty_like(k), dv = at::empty_like(v);
    for_each_head(q, [&](int64_t b, int64_t h) {
      const at::Tensor qh = head_of(q, b, h), kh = head_of(k, b, h), vh = head_of(v, b, h);
      const at::Tensor gh = head_of(g, b, h), oh = head_of(out, b, h);
      at::Tensor p = at::mm(qh, kh.t());
      weights_of(p, scale, row_of(added, b));
      dv.select(0, b).select(1, h).copy_(at::mm(p.t(), gh));
      at::Tensor ds = at::mm(gh, vh.t());
      to_score_gradients(p, ds, (gh.to(at::kFloat) * oh.to(at::kFloat)).sum(1), scale);
      dq.select(0, b).select(1, h).copy_(at::mm(ds, kh));
      dk.select(0, b).select(1, h).copy_(at::mm(ds.t(), qh));
    });
    return {dq, dk, dv, at::Tensor()};
  }
};

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const at::Tensor& key_mask) {
  return Attention::apply(q, k, v, added_to_scores(key_mask, k));
}

}  // namespace flowreel::fused
