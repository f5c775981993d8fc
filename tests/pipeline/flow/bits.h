// The bits of float32 values, for exact comparisons.
#pragma once

#include <ATen/ATen.h>

#include <bit>
#include <cstdint>
#include <vector>

namespace flowreel {

inline std::vector<uint32_t> bits_of(const at::Tensor& x) {
  const at::Tensor flat = x.to(at::kFloat).contiguous().flatten();
  std::vector<uint32_t> bits;
  for (int64_t i = 0; i < flat.numel(); ++i) {
    bits.push_back(std::bit_cast<uint32_t>(flat.const_data_ptr<float>()[i]));
  }
  return bits;
}

}  // namespace flowreel
