// Which classes of a model_index.json this program can build: one table per kind of component.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/dit/transformer.h"

namespace flowreel {

class ModelConfig;

// One transformer family: the class name diffusers saves, and how to build it from its config.json.
struct TransformerFamily {
  const char* class_name;
  std::unique_ptr<VideoTransformer> (*build)(const ModelConfig& config);
};

const std::vector<TransformerFamily>& transformer_families();

// DataError, listing the table, when class_name is not in it. The module has no weights yet.
std::unique_ptr<VideoTransformer> build_transformer(const std::string& class_name,
                                                    const ModelConfig& config);

}  // namespace flowreel
