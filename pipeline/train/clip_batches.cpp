#include "pipeline/train/clip_batches.h"

#include <ATen/ATen.h>

#include "pipeline/flow/noise.h"
#include "pipeline/train/content_hash.h"

namespace flowreel {
namespace {

ClipNumbers permutation(int64_t count, uint64_t seed, uint32_t epoch) {
  const at::Tensor words =
      philox_integers({count}, int64_t{1} << 32, seed,
                      substream(Stream::kTraining, static_cast<uint32_t>(Use::kData)), epoch);
  const at::Tensor order = words.argsort(/*stable=*/true, /*dim=*/0).contiguous();
  const auto* first = order.const_data_ptr<int64_t>();
  return {first, first + count};
}

}  // namespace

std::string fingerprint_of(const ClipSet& set) {
  if (set.count() == 0) return "";
  ContentHash hash;
  for (int64_t i = 0; i < set.count(); ++i) hash.add(set.identity(i)).add(set.caption(i));
  return hash.hex();
}

ClipOrder in_order(int64_t count, int64_t batch) {
  return [=](uint32_t number) {
    ClipNumbers numbers;
    for (int64_t i = int64_t{number} * batch; i < (int64_t{number} + 1) * batch; ++i)
      numbers.push_back(count > 0 ? i % count : i);
    return numbers;
  };
}

ClipOrder in_shuffled_epochs(int64_t count, int64_t batch, uint64_t seed) {
  struct Epoch {
    int64_t number = -1;
    ClipNumbers order;
  };
  const auto known = std::make_shared<Epoch>();  // the one asked for last
  return [=](uint32_t number) {
    ClipNumbers numbers;
    for (int64_t i = int64_t{number} * batch; i < (int64_t{number} + 1) * batch; ++i) {
      if (known->number != i / count)
        *known = {i / count, permutation(count, seed, static_cast<uint32_t>(i / count))};
      numbers.push_back(known->order[static_cast<size_t>(i % count)]);
    }
    return numbers;
  };
}

BatchSource batches_of(std::shared_ptr<const ClipSet> set, ClipOrder order, ClipData data) {
  return [set = std::move(set), order = std::move(order), data = std::move(data)](uint32_t number) {
    const ClipNumbers numbers = order(number);
    Batch batch{data(numbers), {}};
    for (int64_t clip : numbers) batch.captions.push_back(set->caption(clip));
    return batch;
  };
}

}  // namespace flowreel
