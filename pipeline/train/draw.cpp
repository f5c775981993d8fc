#include "pipeline/train/draw.h"

#include <ATen/ATen.h>

#include "pipeline/flow/noise.h"

namespace flowreel {
namespace {

Stream stream_of(Use use) { return substream(Stream::kTraining, static_cast<uint32_t>(use)); }

// One seed of 64 bits from three numbers (the finaliser of splitmix64, Steele et al. 2014).
uint64_t mixed(uint64_t seed, uint32_t number, Use use) {
  uint64_t z =
      seed + 0x9E3779B97F4A7C15u * ((uint64_t{number} << 8) + static_cast<uint32_t>(use) + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace

at::Tensor Draw::normal(at::IntArrayRef shape, Use use, at::Device device) const {
  if (device.is_cpu()) return philox_normal(shape, seed, stream_of(use), number);
  at::Generator generator = at::globalContext().defaultGenerator(device).clone();
  generator.set_current_seed(mixed(seed, number, use));
  return at::randn(shape, generator, at::TensorOptions().dtype(at::kFloat).device(device));
}

at::Tensor Draw::uniform(at::IntArrayRef shape, Use use, at::Device device) const {
  return philox_uniform(shape, seed, stream_of(use), number).to(device);
}

}  // namespace flowreel
