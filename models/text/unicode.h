// The parts of Unicode that need tables: normal forms and lower case. Texts are valid
// UTF-8. A build without utf8proc throws ConfigError from each.
#pragma once

#include <string>
#include <string_view>

namespace flowreel {

enum class NormalForm { kNfc, kNfd, kNfkc, kNfkd };

// In time n log n also for a text made of nothing but combining marks.
std::string to_normal_form(std::string_view text, NormalForm form);

// Character by character as Rust's char::to_lowercase: no final sigma; U+0130 becomes U+0069
// U+0307.
std::string to_lowercase(std::string_view text);

}  // namespace flowreel
