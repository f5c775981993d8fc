// Where in a JSON text a value stands, for messages that a person can follow.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace flowreel {

struct JsonPlace {
  size_t line = 1, column = 1;  // counted from 1; columns in bytes
  size_t begin = 0, end = 0;    // of the value in the text
};

// The value that a pointer (RFC 6901: "", "/sampling/steps", "/jobs/3") names in a text that is
// valid JSON. Line and column are those of its key, where it has one. Empty: there is no such
// value.
std::optional<JsonPlace> place_of(std::string_view text, std::string_view pointer);

}  // namespace flowreel
