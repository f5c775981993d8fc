#include "configs/json_place.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace flowreel {
namespace {

// Walks over a text that is known to be valid, and builds nothing.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  size_t at() const { return at_; }
  char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_space() {
    if (at_ == 0 && text_.rfind("\xEF\xBB\xBF", 0) == 0) at_ = 3;
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  // Past one character and the space behind it.
  void pass() {
    ++at_;
    skip_space();
  }

  // The string that begins here, unescaped.
  std::string string() {
    const size_t begin = at_++;
    while (here() != '"') at_ += here() == '\\' ? 2 : 1;
    ++at_;
    const auto value = nlohmann::json::parse(text_.substr(begin, at_ - begin));
    skip_space();
    return value.get<std::string>();
  }

  // Past the value that begins here; returns where it ends.
  size_t value() {
    size_t end = at_, depth = 0;
    do {
      const char c = here();
      if (c == '"') {
        ++at_;
        while (here() != '"') at_ += here() == '\\' ? 2 : 1;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        --depth;
      } else if (depth == 0) {  // a number or a word
        while (std::isalnum(static_cast<unsigned char>(here())) || here() == '-' || here() == '+' ||
               here() == '.')
          ++at_;
        --at_;
      }
      end = ++at_;
    } while (depth > 0);
    skip_space();
    return end;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

// "a~1b" → "a/b".
std::string unescaped(std::string_view token) {
  std::string name;
  for (size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size();
    name += escape ? (token[++i] == '1' ? '/' : '~') : token[i];
  }
  return name;
}

// From the beginning of an object or a list to its member; where the member's key or value begins.
std::optional<size_t> enter(Walker& walker, const std::string& name) {
  const char open = walker.here();
  if (open != '{' && open != '[') return std::nullopt;
  walker.pass();
  for (size_t index = 0; walker.here() != '}' && walker.here() != ']'; ++index) {
    const size_t begin = walker.at();
    std::string key = std::to_string(index);
    if (open == '{') {
      key = walker.string();
      walker.pass();  // the colon
    }
    if (key == name) return begin;
    walker.value();
    if (walker.here() == ',') walker.pass();
  }
  return std::nullopt;
}

}  // namespace

std::optional<JsonPlace> place_of(std::string_view text, std::string_view pointer) {
  Walker walker(text);
  walker.skip_space();
  size_t named = walker.at();
  while (!pointer.empty()) {
    const size_t end = std::min(pointer.find('/', 1), pointer.size());
    const auto found = enter(walker, unescaped(pointer.substr(1, end - 1)));
    if (!found) return std::nullopt;
    named = *found;
    pointer.remove_prefix(end);
  }
  JsonPlace place;
  place.begin = walker.at();
  place.end = walker.value();
  const std::string_view before = text.substr(0, named);
  const size_t newline = before.rfind('\n');
  place.line = 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  place.column = 1 + named - (newline == std::string_view::npos ? 0 : newline + 1);
  return place;
}

}  // namespace flowreel
