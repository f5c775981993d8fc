// What a model is at its best with, as its own directory says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flowreel {

class ModelDirectory;

// The file flowreel.json of a pipeline directory, which diffusers passes over. Every key may be
// left out; a directory without the file has no defaults.
struct ModelDefaults {
  std::optional<int64_t> width, height, num_frames;
  std::optional<double> fps;
  std::optional<int64_t> steps;
  std::optional<double> cfg_scale;
  std::vector<std::string> words;  // all that the model was taught; empty: not said
};

// DataError names the file, the key, its value and what was expected.
ModelDefaults model_defaults(const ModelDirectory& model);

}  // namespace flowreel
