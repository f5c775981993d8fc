// What both text encoders check before they look tokens up.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace flowreel {

// ids [B,L] int64. DataError when L is 0 or exceeds max_positions, or an id lies outside
// 0..vocab_size-1.
void check_token_ids(const std::string& what, const at::Tensor& ids, int64_t vocab_size,
                     int64_t max_positions);

}  // namespace flowreel
