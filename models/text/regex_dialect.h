// Oniguruma's syntax (which tokenizer files use) in PCRE2's words.
#pragma once

#include <string>
#include <string_view>

namespace flowreel {

struct RegexTranslation {
  std::string pattern;
  std::string unsupported;  // the first construct that means something else in PCRE2; empty when
                            // there is none
};

// \s becomes the property White_Space, since PCRE2's own \s also takes U+180E; \p{L} and \p{N} (not
// \P{L} inside a class) learn the letters and numbers of Unicode 16. Not supported: \w \b \h \R \X
// \K \G and their opposites, nested classes, and class intersection.
RegexTranslation to_pcre2(std::string_view pattern);

}  // namespace flowreel
