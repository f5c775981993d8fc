// JSON documents with the text they came from.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "configs/fields.h"
#include "models/weights/json.h"

namespace flowreel {

struct JsonDocument {
  nlohmann::json value;
  std::shared_ptr<const JsonSource> source;  // shared by all that is read out of it
};

// A regular file with one document. Errors as read_json_file(); a byte order mark is passed over.
JsonDocument read_document(const std::string& path, const JsonLimits& limits = {});

// One document. DataError as parse_json(), with `name` for the file.
JsonDocument parse_document(std::string text, const std::string& name,
                            const JsonLimits& limits = {});

// `over` with everything that only `under` has: objects are joined key by key, all else is taken
// whole from `over`.
nlohmann::json joined(const nlohmann::json& under, const nlohmann::json& over);

}  // namespace flowreel
