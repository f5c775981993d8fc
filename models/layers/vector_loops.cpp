#include "models/layers/vector_loops.h"

#include <ATen/ATen.h>

namespace flowreel {
namespace {

constexpr int64_t kLanes = 16;

FLOWREEL_VECTOR_CLONES void widen(const uint16_t* from, float* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    to[i] = std::bit_cast<float>(static_cast<uint32_t>(from[i]) << 16);
}

// To the nearest bfloat16, to even between two.
FLOWREEL_VECTOR_CLONES void narrow(const float* from, uint16_t* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(from[i]);
    const uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    const bool is_number = (bits & 0x7FFFFFFFu) <= 0x7F800000u;
    to[i] = static_cast<uint16_t>(is_number ? rounded : 0x7FC0u);
  }
}

}  // namespace

FLOWREEL_VECTOR_CLONES float exp_of_difference(float* x, float top, int64_t n) {
  float lanes[kLanes] = {}, sum = 0;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const float y = exp2_of((x[i + lane] - top) * 1.44269504f);
      x[i + lane] = y;
      lanes[lane] += y;
    }
  }
  for (; i < n; ++i) sum += x[i] = exp2_of((x[i] - top) * 1.44269504f);
  for (float lane : lanes) sum += lane;
  return sum;
}

FLOWREEL_VECTOR_CLONES float sum_of(const float* a, int64_t n) {
  float lanes[kLanes] = {}, sum = 0;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += a[i + lane];
  for (; i < n; ++i) sum += a[i];
  for (float lane : lanes) sum += lane;
  return sum;
}

FLOWREEL_VECTOR_CLONES float dot(const float* a, const float* b, int64_t n) {
  float lanes[kLanes] = {}, sum = 0;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += a[i + lane] * b[i + lane];
  for (; i < n; ++i) sum += a[i] * b[i];
  for (float lane : lanes) sum += lane;
  return sum;
}

Rows::Rows(const at::Tensor& tensor, int64_t n) : data_(tensor.data_ptr()), n_(n) {
  if (tensor.scalar_type() == at::kBFloat16) buffer_.resize(static_cast<size_t>(n));
}

const float* Rows::read(int64_t row) {
  if (buffer_.empty()) return wide(row);
  widen(half(row), buffer_.data(), n_);
  return buffer_.data();
}

float* Rows::begin_write(int64_t row) { return buffer_.empty() ? wide(row) : buffer_.data(); }

void Rows::end_write(int64_t row) {
  if (!buffer_.empty()) narrow(buffer_.data(), half(row), n_);
}

}  // namespace flowreel
