#include "pipeline/train/caption_dropout.h"

#include <ATen/ATen.h>

#include "errors/error.h"

namespace flowreel {

std::vector<std::string> drop_captions(std::vector<std::string> captions, double probability,
                                       const Draw& draw) {
  if (!(probability >= 0 && probability <= 1)) {
    throw UsageError(c10::str("caption dropout is ", probability, ", expected 0 to 1"));
  }
  if (captions.empty() || probability == 0) return captions;
  const auto count = static_cast<int64_t>(captions.size());
  const at::Tensor u = draw.uniform({count}, Use::kDropout);
  for (int64_t i = 0; i < count; ++i) {
    if (u.const_data_ptr<float>()[i] < probability) captions[i].clear();
  }
  return captions;
}

}  // namespace flowreel
