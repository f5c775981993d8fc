// Regular expressions as tokenizer files write them (Oniguruma's syntax, full Unicode classes),
// over UTF-8.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flowreel {

// Bytes [begin, end) of a text.
struct Span {
  size_t begin = 0;
  size_t end = 0;
};

class Regex {
 public:
  enum class Kind { kPattern, kLiteral };

  // `where` begins every error text. DataError when the pattern does not compile or uses a
  // construct that means something else in the engine at hand; ConfigError in a build without one.
  Regex(std::string pattern, std::string where, Kind kind = Kind::kPattern);

  // All matches, left to right, not overlapping. text must be valid UTF-8. DataError when the work
  // allowed for a text of this length is used up (catastrophic backtracking).
  std::vector<Span> find_all(std::string_view text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace flowreel
