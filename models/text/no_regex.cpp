// Stands in for regex_pcre2.cpp and unicode_utf8proc.cpp where PCRE2 or utf8proc is not installed.
#include "errors/error.h"
#include "models/text/regex.h"
#include "models/text/unicode.h"

namespace flowreel {
namespace {

[[noreturn]] void refuse() {
  throw ConfigError(
      "this build has no tokenizers: PCRE2 (libpcre2-8) and utf8proc were not found when it was "
      "made");
}

}  // namespace

struct Regex::Compiled {};

Regex::Regex(std::string, std::string, Kind) { refuse(); }
std::vector<Span> Regex::find_all(std::string_view) const { refuse(); }

std::string to_normal_form(std::string_view, NormalForm) { refuse(); }
std::string to_lowercase(std::string_view) { refuse(); }

}  // namespace flowreel
