// Random numbers that are a pure function of (seed, stream, sample, element): the same bits for any
// tensor size, batch, thread count and machine. Element e of a tensor, in its contiguous order, is
// word e % 4 of
//   philox_block(counter = {e / 4 low, e / 4 high, stream, sample}, key = {seed low, seed high}).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace flowreel {

// What the numbers are for. Two uses never share a stream, so that a change in one leaves the
// others alone.
enum class Stream : uint32_t {
  kInitialLatent = 0,
  kSolverStep = 1u << 24,
  kVaeSample = 2u << 24,
  kTraining = 3u << 24,
  kInitialWeights = 4u << 24,
  kPairs = 5u << 24,
};

// The substream of one step or one draw, index < 2^24. Throws UsageError above.
Stream substream(Stream stream, uint32_t index);

// Standard normal values, `shape` being that of one sample: members of a batch differ in `sample`.
// Box-Muller over pairs of words, (w + 1/2) / 2^32 as uniforms, in double; then rounded to float32,
// then to `dtype` (a floating type). On the CPU. |value| <= 6.77.
at::Tensor philox_normal(at::IntArrayRef shape, uint64_t seed,
                         Stream stream = Stream::kInitialLatent, uint32_t sample = 0,
                         at::ScalarType dtype = at::kFloat);

// float32 in [0, 1): the upper 24 bits of each word.
at::Tensor philox_uniform(at::IntArrayRef shape, uint64_t seed, Stream stream, uint32_t sample = 0);

// int64 in [0, bound), 1 <= bound <= 2^32: floor(word * bound / 2^32), a bias below bound / 2^32.
at::Tensor philox_integers(at::IntArrayRef shape, int64_t bound, uint64_t seed, Stream stream,
                           uint32_t sample = 0);

// The float32 noise of a diffusers CPU generator with this seed: mt19937 and at::randn, the whole
// shape in one call. Its bits differ between instruction sets, and below 16 elements it follows
// another rule.
at::Tensor torch_cpu_normal(at::IntArrayRef shape, uint64_t seed);

}  // namespace flowreel
