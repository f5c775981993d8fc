#include "models/layers/embed.h"

#include <ATen/ATen.h>

#include <cmath>

namespace flowreel {

at::Tensor sinusoidal_embedding(const at::Tensor& values) {
  const int64_t half = kSinusoidChannels / 2;
  const auto options = values.options().dtype(at::kFloat);
  const at::Tensor frequencies = at::exp(at::arange(half, options) * -std::log(10000.0) / half);
  const at::Tensor angles = values.to(at::kFloat).unsqueeze(1) * frequencies.unsqueeze(0);
  return at::cat({at::cos(angles), at::sin(angles)}, 1);
}

EmbeddingMlp::EmbeddingMlp(int64_t in_features, int64_t features)
    : linear_1_(in_features, features), linear_2_(features, features) {
  add("linear_1", linear_1_);
  add("linear_2", linear_2_);
}

at::Tensor EmbeddingMlp::operator()(const at::Tensor& x) const {
  return linear_2_(at::silu(linear_1_(x)));
}

}  // namespace flowreel
