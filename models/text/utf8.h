// UTF-8 in and out, and the two character classes that need no library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flowreel {

// Well-formed as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(std::string_view text);

// The code point that begins at text[position]; moves position behind it. text must be valid UTF-8.
char32_t next_code_point(std::string_view text, size_t& position);

void append_utf8(std::string& text, char32_t code_point);

// Ill-formed bytes become U+FFFD, one each: for text cut in the middle of a character.
std::string repaired_utf8(std::string_view text);

// Unicode property White_Space (25 code points; not U+180E, not U+200B).
bool is_white_space(char32_t code_point);

// Offsets of valid UTF-8: where the text's last run of white space begins, and where its first one
// ends.
size_t trailing_space_begin(std::string_view text);
size_t leading_space_end(std::string_view text);

}  // namespace flowreel
