#include "pipeline/train/content_hash.h"

#include <ATen/ATen.h>

#include <cstdio>

namespace flowreel {

ContentHash& ContentHash::add(const void* data, size_t bytes) {
  const auto* from = static_cast<const uint8_t*>(data);
  for (size_t i = 0; i < bytes; ++i) hash_ = (hash_ ^ from[i]) * 0x100000001B3u;
  return *this;
}

ContentHash& ContentHash::add(const std::string& text) {
  const uint64_t length = text.size();
  return add(&length, sizeof length).add(text.data(), text.size());
}

ContentHash& ContentHash::add(const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().cpu().contiguous();
  add(values.sizes().data(), values.sizes().size() * sizeof(int64_t));
  return add(values.const_data_ptr(), values.nbytes());
}

std::string ContentHash::hex() const {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash_));
  return digits;
}

}  // namespace flowreel
