#include "models/layers/rope.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "models/layers/fused/fused.h"
#include "models/layers/vector_loops.h"

namespace flowreel {
namespace {

// x [B,S,H,d] rotated by table rows 0..S-1: (a, b) → (a cos - b sin, b cos + a sin), in float32.
at::Tensor rotate(const at::Tensor& x, const RopeTable& table) {
  const at::Tensor pairs = x.to(at::kFloat).unflatten(-1, {-1, 2});
  const at::Tensor a = pairs.select(-1, 0), b = pairs.select(-1, 1);
  const at::Tensor cos = table.cos.unsqueeze(1), sin = table.sin.unsqueeze(1);
  return at::stack({a * cos - b * sin, b * cos + a * sin}, -1).flatten(-2).to(x.scalar_type());
}

// One head of one token: normalise, weigh, rotate. Multiversioned: the loops vectorise for what the
// machine has.
FLOWREEL_VECTOR_CLONES void norm_head(float* x, const float* weight, const float* cos,
                                      const float* sin, int64_t d, float eps) {
  constexpr int kLanes = 16;
  float partial[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= d; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) partial[lane] += x[i + lane] * x[i + lane];
  }
  float sum = 0;
  for (; i < d; ++i) sum += x[i] * x[i];
  for (float lane : partial) sum += lane;
  const float scale = 1.0f / std::sqrt(sum / static_cast<float>(d) + eps);
  for (i = 0; i < d; ++i) x[i] = x[i] * scale * weight[i];
  if (cos == nullptr) return;
  for (i = 0; i < d / 2; ++i) {
    const float a = x[2 * i], b = x[2 * i + 1];
    x[2 * i] = a * cos[i] - b * sin[i];
    x[2 * i + 1] = b * cos[i] + a * sin[i];
  }
}

// The float32 CPU path: one pass over memory in place of about ten.
void norm_and_rotate_in_place(at::Tensor& x, const RmsNorm& video, const RmsNorm& text,
                              const RopeTable& table) {
  const int64_t tokens = x.size(1), heads = x.size(2), d = x.size(3), rotated = table.cos.size(0);
  float* data = x.data_ptr<float>();
  const float* weights[2] = {video.weight.value.const_data_ptr<float>(),
                             text.weight.value.const_data_ptr<float>()};
  const float eps[2] = {static_cast<float>(video.eps()), static_cast<float>(text.eps())};
  const float* cos = table.cos.const_data_ptr<float>();
  const float* sin = table.sin.const_data_ptr<float>();
  at::parallel_for(0, x.size(0) * tokens, 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t token = row % tokens;
      const bool is_text = token >= rotated;
      const int64_t offset = token * (d / 2);
      for (int64_t head = 0; head < heads; ++head) {
        norm_head(data + (row * heads + head) * d, weights[is_text],
                  is_text ? nullptr : cos + offset, is_text ? nullptr : sin + offset, d,
                  eps[is_text]);
      }
    }
  });
}

}  // namespace

RopeTable rope_3d(std::array<int64_t, 3> grid, const std::vector<int64_t>& axes_dim, double theta,
                  at::Device device) {
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  std::vector<at::Tensor> angles;
  for (size_t axis = 0; axis < 3; ++axis) {
    const int64_t dim = axes_dim[axis];
    const at::Tensor frequencies =
        at::reciprocal(at::pow(theta, at::arange(0, dim, 2, options) / dim));
    std::vector<int64_t> along(4, 1), all = {grid[0], grid[1], grid[2], dim / 2};
    along[axis] = grid[axis];
    const at::Tensor position = at::arange(grid[axis], options).view(along);
    angles.push_back((position * frequencies).expand(all).reshape({-1, dim / 2}));
  }
  const at::Tensor joined = at::cat(angles, 1);
  return {at::cos(joined), at::sin(joined)};
}

at::Tensor norm_and_rotate(at::Tensor x, const RmsNorm& video, const RmsNorm& text,
                           const RopeTable& table) {
  const bool plain = x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous();
  if (plain && !at::GradMode::is_enabled()) {
    norm_and_rotate_in_place(x, video, text, table);
    return x;
  }
  if (fused::takes(x)) {
    return fused::norm_and_rotate(
        x, {video.weight.value, text.weight.value, video.eps(), text.eps(), table.cos, table.sin});
  }
  const int64_t rotated = table.cos.size(0);
  const at::Tensor of_video = rotate(video(x.narrow(1, 0, rotated)), table);
  return at::cat({of_video, text(x.narrow(1, rotated, x.size(1) - rotated))}, 1);
}

}  // namespace flowreel
