// GPT-2's alphabet: every byte written as one printable character, so that a vocabulary is plain
// text.
#pragma once

#include <string>
#include <string_view>

namespace flowreel {

// The bytes that are printable Latin-1 stand for themselves; the other 68, in order, become U+0100,
// U+0101, ... (Radford et al. 2019, the byte-level BPE of GPT-2.)
std::string to_byte_letters(std::string_view bytes);

// The inverse. Characters outside the alphabet are passed on as they are.
std::string from_byte_letters(std::string_view letters);

// What GPT-2 splits on before its merges.
inline constexpr char kGpt2Pattern[] =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

}  // namespace flowreel
