#include "models/text/embedding.h"

#include <ATen/ATen.h>

#include "errors/error.h"

namespace flowreel {

void check_token_ids(const std::string& what, const at::Tensor& ids, int64_t vocab_size,
                     int64_t max_positions) {
  const int64_t length = ids.size(1);
  if (length < 1 || length > max_positions) {
    throw DataError(what + ": " + std::to_string(length) + " tokens, expected 1 to " +
                    std::to_string(max_positions) + " (its max_position_embeddings)");
  }
  const int64_t lowest = ids.min().item<int64_t>(), highest = ids.max().item<int64_t>();
  if (lowest < 0 || highest >= vocab_size) {
    throw DataError(what + ": token id " + std::to_string(lowest < 0 ? lowest : highest) +
                    " from the tokenizer is outside its vocabulary of " +
                    std::to_string(vocab_size));
  }
}

}  // namespace flowreel
