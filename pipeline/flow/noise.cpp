#include "pipeline/flow/noise.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "errors/error.h"
#include "pipeline/flow/elementary.h"
#include "pipeline/flow/philox.h"

namespace flowreel {
namespace {

constexpr int64_t kBlocksPerTask = 4096;

// Fills a new CPU tensor, block by block: convert(words) gives the four values of a block.
template <typename T, typename Convert>
at::Tensor fill(at::IntArrayRef shape, uint64_t seed, Stream stream, uint32_t sample,
                const Convert& convert) {
  for (int64_t size : shape) {
    if (size < 0) throw UsageError(c10::str("noise shape ", shape, " has a negative size"));
  }
  at::Tensor out = at::empty(shape, c10::CppTypeToScalarType<T>::value);
  T* values = out.mutable_data_ptr<T>();
  const int64_t count = out.numel();
  const PhiloxKey key = {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  at::parallel_for(0, (count + 3) / 4, kBlocksPerTask, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const auto index = static_cast<uint64_t>(block);
      const std::array<T, 4> four =
          convert(philox_block({static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32),
                                static_cast<uint32_t>(stream), sample},
                               key));
      std::copy_n(four.begin(), std::min<int64_t>(4, count - 4 * block), values + 4 * block);
    }
  });
  return out;
}

// (w + 1/2) / 2^32, never 0 or 1 and exact in double.
double open_uniform(uint32_t word) { return (word + 0.5) * 0x1p-32; }

// Box-Muller: sqrt(-2 ln u_1) (cos 2 pi u_2, sin 2 pi u_2).
std::array<float, 4> normals(const PhiloxCounter& words) {
  std::array<float, 4> values;
  for (size_t i = 0; i < 4; i += 2) {
    const double radius = std::sqrt(-2.0 * reproducible_log(open_uniform(words[i])));
    const SinCos angle = reproducible_sincos_turns(open_uniform(words[i + 1]));
    values[i] = static_cast<float>(radius * angle.cos);
    values[i + 1] = static_cast<float>(radius * angle.sin);
  }
  return values;
}

}  // namespace

Stream substream(Stream stream, uint32_t index) {
  if (index >> 24 != 0) {
    throw UsageError(c10::str("noise substream is ", index, ", expected below 2^24"));
  }
  return static_cast<Stream>(static_cast<uint32_t>(stream) | index);
}

at::Tensor philox_normal(at::IntArrayRef shape, uint64_t seed, Stream stream, uint32_t sample,
                         at::ScalarType dtype) {
  if (!at::isFloatingType(dtype)) {
    throw UsageError(c10::str("noise type is ", dtype, ", expected a floating type"));
  }
  return fill<float>(shape, seed, stream, sample, normals).to(dtype);
}

at::Tensor philox_uniform(at::IntArrayRef shape, uint64_t seed, Stream stream, uint32_t sample) {
  return fill<float>(shape, seed, stream, sample, [](const PhiloxCounter& words) {
    std::array<float, 4> values;
    for (size_t i = 0; i < 4; ++i) values[i] = static_cast<float>(words[i] >> 8) * 0x1p-24f;
    return values;
  });
}

at::Tensor philox_integers(at::IntArrayRef shape, int64_t bound, uint64_t seed, Stream stream,
                           uint32_t sample) {
  if (bound < 1 || bound > int64_t{1} << 32) {
    throw UsageError(c10::str("bound is ", bound, ", expected 1 to 2^32"));
  }
  return fill<int64_t>(shape, seed, stream, sample, [bound](const PhiloxCounter& words) {
    std::array<int64_t, 4> values;
    const auto factor = static_cast<uint64_t>(bound);
    for (size_t i = 0; i < 4; ++i) values[i] = static_cast<int64_t>((words[i] * factor) >> 32);
    return values;
  });
}

at::Tensor torch_cpu_normal(at::IntArrayRef shape, uint64_t seed) {
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  return at::randn(shape, generator, at::TensorOptions().dtype(at::kFloat));
}

}  // namespace flowreel
