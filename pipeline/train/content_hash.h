// A digest that tells weights, clips and texts apart; not one that withstands an attacker.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace flowreel {

// FNV-1a, 64 bits.
class ContentHash {
 public:
  ContentHash& add(const void* data, size_t bytes);
  ContentHash& add(const std::string& text);   // with its length
  ContentHash& add(const at::Tensor& tensor);  // its bytes in C order, with its shape

  std::string hex() const;  // 16 digits
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0xCBF29CE484222325u;
};

}  // namespace flowreel
