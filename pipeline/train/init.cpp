#include "pipeline/train/init.h"

#include <ATen/ATen.h>

#include <cmath>

#include "errors/error.h"
#include "pipeline/flow/noise.h"

namespace flowreel {
namespace {

constexpr double kEmbeddingStd = 0.02;

// FNV-1a, 64 bits, of the seed's bytes and the name's.
uint64_t key_of(uint64_t seed, const std::string& name) {
  uint64_t hash = 0xCBF29CE484222325u;
  const auto absorb = [&hash](uint8_t byte) { hash = (hash ^ byte) * 0x100000001B3u; };
  for (int shift = 0; shift < 64; shift += 8) absorb(static_cast<uint8_t>(seed >> shift));
  for (char c : name) absorb(static_cast<uint8_t>(c));
  return hash;
}

// The last part of a dotted name, and the one before it.
std::pair<std::string, std::string> last_parts(const std::string& name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return {name, ""};
  const size_t before = name.rfind('.', dot - 1);
  const size_t begin = before == std::string::npos ? 0 : before + 1;
  return {name.substr(dot + 1), name.substr(begin, dot - begin)};
}

bool is_embedding(const std::string& module) {
  const std::string ending = "_embedding";
  return module == "embed_tokens" ||
         (module.size() >= ending.size() &&
          module.compare(module.size() - ending.size(), ending.size(), ending) == 0);
}

at::Tensor initial_value(const std::string& name, const Parameter& parameter, uint64_t seed) {
  const auto [kind, module] = last_parts(name);
  const auto& shape = parameter.shape;
  if (kind == "bias") return at::zeros(shape);
  if (kind == "weight" && shape.size() == 1) return at::ones(shape);
  const uint64_t key = key_of(seed, name);
  if (kind == "weight" && shape.size() == 2 && is_embedding(module)) {
    return philox_normal(shape, key, Stream::kInitialWeights) * kEmbeddingStd;
  }
  if (kind == "weight" && shape.size() >= 2) {
    const auto fan_in = static_cast<double>(parameter.numel()) / static_cast<double>(shape[0]);
    return (philox_uniform(shape, key, Stream::kInitialWeights) * 2 - 1) / std::sqrt(fan_in);
  }
  throw DataError(c10::str("parameter ", name, " has shape ", at::IntArrayRef(shape),
                           ", and there is no rule for its first value; expected a bias or a "
                           "weight"));
}

}  // namespace

void initialise(Module& module, uint64_t seed) {
  module.visit([seed](const std::string& name, Parameter& parameter) {
    parameter.value = initial_value(name, parameter, seed);
  });
}

void begin_as_identity(Module& transformer) {
  transformer.visit([](const std::string& name, Parameter& parameter) {
    const bool modulates =
        name.find("norm") != std::string::npos && name.find(".linear.") != std::string::npos;
    if (modulates || name.rfind("proj_out.", 0) == 0) parameter.value.zero_();
  });
}

}  // namespace flowreel
