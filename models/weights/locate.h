// Which file of a component directory holds its weights.
#pragma once

#include <string>

namespace flowreel {

struct WeightsLocation {
  std::string file;  // the one safetensors file, or the index of the shards
  bool is_index = false;
};

// Looks in `directory` for the names under which diffusers and transformers save: the stem
// `diffusion_pytorch_model` or `model`, then `.safetensors` or `.safetensors.index.json`. Files
// without a variant go first; else the only variant (`stem.fp16.safetensors`,
// `stem.safetensors.index.fp16.json`, `stem.fp16.safetensors.index.json`). DataError when there are
// several variants; MissingInputError when there is nothing, which says what was looked for and
// what lies there instead (pickle, GGUF, shards without an index).
WeightsLocation locate_weights(const std::string& directory);

}  // namespace flowreel
