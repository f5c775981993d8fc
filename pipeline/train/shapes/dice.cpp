#include "pipeline/train/shapes/dice.h"

#include "pipeline/flow/noise.h"

namespace flowreel::shapes {
namespace {

// Far above the few uses that a batch of training numbers from 0.
constexpr uint32_t kScenes = 1u << 16;

}  // namespace

uint32_t Dice::word() {
  if (drawn_ % 4 == 0) {
    static const Stream stream = substream(Stream::kTraining, kScenes);
    block_ = philox_block({drawn_ / 4, static_cast<uint32_t>(index_ >> 32),
                           static_cast<uint32_t>(stream), static_cast<uint32_t>(index_)},
                          {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)});
  }
  return block_[drawn_++ % 4];
}

size_t Dice::below(size_t bound) { return (uint64_t{word()} * bound) >> 32; }

double Dice::uniform(double low, double high) {
  return low + (high - low) * static_cast<double>(word() >> 8) * 0x1p-24;
}

size_t Dice::weighted(const std::vector<double>& weights) {
  double sum = 0;
  for (double weight : weights) sum += weight;
  double left = uniform(0, sum);
  size_t last = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    last = i;
    if (left < weights[i]) return i;
    left -= weights[i];
  }
  return last;  // only where the sum was rounded up
}

}  // namespace flowreel::shapes
