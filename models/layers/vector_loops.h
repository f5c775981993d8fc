// What loops over plain arrays of numbers need: compilation for several instruction sets, and rows
// of bfloat16 seen as float32.
#pragma once

#include <ATen/core/Tensor.h>

#include <bit>
#include <cstdint>
#include <vector>

// Put before a function whose loops the compiler is to vectorise for what the machine has.
#if defined(__x86_64__)
#define FLOWREEL_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FLOWREEL_VECTOR_CLONES
#endif

namespace flowreel {

// Reads and writes rows of n numbers of a contiguous float32 or bfloat16 tensor. One per thread.
class Rows {
 public:
  Rows(const at::Tensor& tensor, int64_t n);

  // Row number `row` as float32; of bfloat16 a copy, that the next read of this object replaces.
  const float* read(int64_t row);

  // Where to put the float32 numbers of row number `row`, and, when they are there, its end.
  float* begin_write(int64_t row);
  void end_write(int64_t row);

 private:
  float* wide(int64_t row) { return static_cast<float*>(data_) + row * n_; }
  uint16_t* half(int64_t row) { return static_cast<uint16_t*>(data_) + row * n_; }

  void* data_;
  int64_t n_;
  std::vector<float> buffer_;  // empty for float32
};

// 2^t for t in [-126, 127], 0 below: the whole part into the exponent, the rest, at most 1/2, by
// the Taylor series.
inline float exp2_of(float t) {
  constexpr float kToWhole = 12582912.0f;  // 1.5 * 2^23: what is added to it loses its fraction
  const float clamped = t < -126.0f ? -126.0f : t;
  const float whole = (clamped + kToWhole) - kToWhole;
  const float u = (clamped - whole) * 0.69314718f;
  float series = 1.0f / 720.0f;
  series = series * u + 1.0f / 120.0f;
  series = series * u + 1.0f / 24.0f;
  series = series * u + 1.0f / 6.0f;
  series = series * u + 0.5f;
  series = series * u + 1.0f;
  series = series * u + 1.0f;
  const auto exponent = static_cast<uint32_t>(static_cast<int32_t>(whole) + 127) << 23;
  return t < -126.0f ? 0.0f : series * std::bit_cast<float>(exponent);
}

// x becomes exp(x - top), to within 2e-7 and 0 below 2^-126; returns the sum. top is
// at least the largest of x, so that nothing overflows.
float exp_of_difference(float* x, float top, int64_t n);

// Sums of n numbers and of n products. Sixteen partial sums lie side by side, so that the order of
// adding is the same for every instruction set.
float sum_of(const float* a, int64_t n);
float dot(const float* a, const float* b, int64_t n);

}  // namespace flowreel
