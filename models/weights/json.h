// Strict JSON for the files a model directory is made of: config.json, shard indexes, tokenizers,
// safetensors headers. Only .cpp files include it; JSON types never appear in other headers of
// models/.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace flowreel {

struct JsonLimits {
  uint64_t max_bytes = 64u << 20;
  int max_depth = 64;
};

// Parses text as one JSON document. Duplicate keys, nesting deeper than the limit, invalid UTF-8
// and anything after the document are a DataError that begins with `what` (the file, as the person
// named it).
nlohmann::json parse_json(std::string_view text, const std::string& what,
                          const JsonLimits& limits = {});

// Reads and parses a regular file. MissingInputError when it does not exist, else as parse_json.
nlohmann::json read_json_file(const std::string& path, const JsonLimits& limits = {});

// The parser's own message without its tag, on one line and not longer than fits one.
std::string json_problem(std::string_view message);

}  // namespace flowreel
