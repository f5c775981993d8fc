// Text from outside (paths, names in a file, tokens) made fit for a one-line error message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flowreel {

// text in double quotes: control characters and bytes that are not UTF-8 written as \xNN, cut with
// "..." behind the closing quote once max_bytes are shown, never within a character.
std::string quote(std::string_view text, size_t max_bytes = 300);

// As much of text as max_bytes hold, never ending within a character.
std::string_view cut(std::string_view text, size_t max_bytes);

// value as a person writes it: ten digits that count, no trailing zeros ("0.5", "1e-09").
std::string number_text(double value);

// Length in bytes of the well-formed UTF-8 character at text[i], 1 to 4; 0 when there is none
// (RFC 3629; Unicode 15, table 3-7).
size_t utf8_length(std::string_view text, size_t i);

}  // namespace flowreel
