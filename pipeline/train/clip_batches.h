// Clips as batches, each a pure function of its number.
#pragma once

#include <functional>

#include "pipeline/train/clip_set.h"
#include "pipeline/train/trainer.h"

namespace flowreel {

// Which clips a batch holds.
using ClipOrder = std::function<ClipNumbers(uint32_t batch_number)>;

// One after the other; of a set that ends (count > 0), the first again after the last.
ClipOrder in_order(int64_t count, int64_t batch);

// Every clip once before any comes again, in an order of its own each time: epoch e is the
// permutation that sorts `count` words of Philox (seed, Use::kData, e). count >= 1.
ClipOrder in_shuffled_epochs(int64_t count, int64_t batch, uint64_t seed);

// What a batch shows of its clips: pixels, or latents.
using ClipData = std::function<at::Tensor(const ClipNumbers& numbers)>;

BatchSource batches_of(std::shared_ptr<const ClipSet> set, ClipOrder order, ClipData data);

}  // namespace flowreel
