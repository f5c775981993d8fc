// Randomness of one batch of a training run, as a pure function of (seed, number): a resumed run
// draws what the unbroken one would have drawn, and no generator's state has to be saved.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace flowreel {

// What a random tensor is for; two uses of one draw never share numbers.
enum class Use : uint32_t {
  kNoise = 0,
  kTime = 1,
  kDropout = 2,
  kPairing = 3,
  kLatent = 4,
  kData = 5,
  kWindow = 6
};

struct Draw {
  uint64_t seed = 0;
  uint32_t number = 0;  // of the batch, counted over the whole run

  // Standard normal float32 on `device`. On the CPU Philox, the same bits everywhere; elsewhere the
  // device's own generator, seeded from (seed, number, use): the same on one kind of device.
  at::Tensor normal(at::IntArrayRef shape, Use use, at::Device device = at::kCPU) const;

  // float32 in [0,1), always drawn by Philox on the CPU, then moved.
  at::Tensor uniform(at::IntArrayRef shape, Use use, at::Device device = at::kCPU) const;
};

}  // namespace flowreel
