// HTML into which text from outside gets escaped only: the compiler takes nothing else.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace flowreel::html {

// Markup known when the program is built.
class Markup {
 public:
  consteval Markup(const char* literal) : literal_(literal) {}
  const char* literal() const { return literal_; }

 private:
  const char* literal_;
};

// Text to be shown as it is, in an element or a quoted attribute. Control characters, marks that
// turn the direction of what follows, and bytes that are not UTF-8 are shown as \xNN.
struct Text {
  std::string_view text;
};

// A place in a drawing, to a tenth.
struct At {
  double place;
};

class Html {
 public:
  Html& operator<<(Markup markup);
  Html& operator<<(Text text);
  Html& operator<<(At at);
  Html& operator<<(const Html& html);
  template <std::integral Whole>
  Html& operator<<(Whole number) {
    html_ += std::to_string(number);
    return *this;
  }

  const std::string& str() const { return html_; }
  bool empty() const { return html_.empty(); }

 private:
  std::string html_;
};

// The same text, which may break behind "_", "-", "/" and ".".
Html breakable(std::string_view text);

}  // namespace flowreel::html
