// Random choices of one scene: a pure function of (seed, index), the same on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/flow/philox.h"

namespace flowreel::shapes {

// Word n of a scene is word n % 4 of philox_block({n / 4, index high, stream, index low}, {seed
// low, seed high}), where the stream is one of training's that nothing else uses.
class Dice {
 public:
  Dice(uint64_t seed, uint64_t index) : seed_(seed), index_(index) {}

  // In [0, bound).
  size_t below(size_t bound);

  // One of low + (high - low) k / 2^24, 0 <= k < 2^24.
  double uniform(double low, double high);

  // -1 or 1.
  double sign() { return below(2) == 0 ? -1 : 1; }

  // True with this probability.
  bool chance(double probability) { return uniform(0, 1) < probability; }

  // An index, each with a probability proportional to its weight. Some weight is positive.
  size_t weighted(const std::vector<double>& weights);

  template <typename T>
  const T& pick(const std::vector<T>& values) {
    return values[below(values.size())];
  }

 private:
  uint32_t word();

  uint64_t seed_;
  uint64_t index_;
  uint32_t drawn_ = 0;
  PhiloxCounter block_{};
};

}  // namespace flowreel::shapes
