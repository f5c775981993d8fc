#include "models/layers/embed.h"

#include <ATen/ATen.h>

#include <cmath>

namespace flowreel {

at::Tensor sinusoidal_embedding(const at::Tensor& values) {
  const int64_t half = kSinusoidChannels / 2;
  const auto options = values.options().dtype(at::kFloat);
  // exp, cos and sin in float64: LibTorch's in float32 differ between makes of processors, and an
  // error of 6e-7 in a frequency, as on some, is one of 6e-4 in the angle of a time of 1000.
  const at::Tensor exponents = at::arange(half, options) * -std::log(10000.0) / half;
  const at::Tensor frequencies = at::exp(exponents.to(at::kDouble)).to(at::kFloat);
  const at::Tensor angles = values.to(at::kFloat).unsqueeze(1) * frequencies.unsqueeze(0);
  const at::Tensor exact = angles.to(at::kDouble);
  return at::cat({at::cos(exact), at::sin(exact)}, 1).to(at::kFloat);
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
