#include "pipeline/train/toy/point_network.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace flowreel {
namespace {

constexpr int64_t kFrequencies = 8;
constexpr double kPi = 3.14159265358979323846;

// cos and sin of pi k t, k = 1 ... 8: t [B] → [B, 16].
at::Tensor time_features(const at::Tensor& t) {
  const at::Tensor k = at::arange(1, kFrequencies + 1, t.options());
  const at::Tensor angles = t.unsqueeze(1) * k * kPi;
  return at::cat({at::cos(angles), at::sin(angles)}, 1);
}

}  // namespace

PointNetwork::PointNetwork(int64_t width)
    : in_(2 + 2 * kFrequencies, width),
      hidden_1_(width, width),
      hidden_2_(width, width),
      out_(width, 2) {
  add("in", in_);
  add("hidden_1", hidden_1_);
  add("hidden_2", hidden_2_);
  add("out", out_);
}

at::Tensor PointNetwork::operator()(const at::Tensor& x, const at::Tensor& t) const {
  const at::Tensor h_1 = at::silu(in_(at::cat({x, time_features(t)}, 1)));
  const at::Tensor h_2 = at::silu(hidden_1_(h_1));
  return out_(at::silu(hidden_2_(h_2)));
}

BatchNetwork batch_network(const PointNetwork& network) {
  return [&network](const at::Tensor& x, const at::Tensor& t, const std::vector<std::string>&) {
    return network(x, t);
  };
}

Velocity field_of(const PointNetwork& network) {
  return [&network](const at::Tensor& x, double t) {
    const at::NoGradGuard no_grad;
    return network(x, at::full({x.size(0)}, t, x.options()));
  };
}

}  // namespace flowreel
