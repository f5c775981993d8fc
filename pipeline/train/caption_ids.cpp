#include "pipeline/train/caption_ids.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <memory>
#include <unordered_map>

namespace flowreel {

CaptionTokenizer remembering(CaptionTokenizer tokenizer) {
  constexpr size_t kMost = 1 << 20;
  const auto known = std::make_shared<std::unordered_map<std::string, CaptionIds>>();
  return [tokenizer = std::move(tokenizer), known](const std::string& caption) {
    const auto found = known->find(caption);
    if (found != known->end()) return found->second;
    if (known->size() >= kMost) known->clear();
    return known->emplace(caption, tokenizer(caption)).first->second;
  };
}

PaddedIds padded(const std::vector<std::vector<int64_t>>& rows, int64_t pad) {
  size_t longest = 0;
  for (const auto& row : rows) longest = std::max(longest, row.size());
  const std::vector<int64_t> shape = {static_cast<int64_t>(rows.size()),
                                      static_cast<int64_t>(longest)};
  PaddedIds out{at::full(shape, pad, at::kLong), at::zeros(shape, at::kBool)};
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto b = static_cast<int64_t>(i), n = static_cast<int64_t>(rows[i].size());
    out.ids[b].narrow(0, 0, n).copy_(at::tensor(rows[i], at::kLong));
    out.mask[b].narrow(0, 0, n).fill_(true);
  }
  return out;
}

}  // namespace flowreel
