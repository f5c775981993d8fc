#include "pipeline/consistency/html/markup.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "errors/quote.h"

namespace flowreel::html {
namespace {

// C0 and C1 controls but for tab and line feed, DEL, and the marks of direction (U+202A to U+202E,
// U+2066 to U+2069), one well-formed character at a time.
bool is_hidden(std::string_view character) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(character[i]); };
  if (character.size() == 1)
    return (byte(0) < 0x20 && byte(0) != '\t' && byte(0) != '\n') || byte(0) == 0x7F;
  if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;
  if (character.size() != 3 || byte(0) != 0xE2) return false;
  return (byte(1) == 0x80 && byte(2) >= 0xAA && byte(2) <= 0xAE) ||
         (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
}

void append_hex(std::string& out, std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  for (const char c : bytes) {
    out += "\\x";
    out += kHex[static_cast<uint8_t>(c) >> 4];
    out += kHex[static_cast<uint8_t>(c) & 15];
  }
}

void append_character(std::string& out, std::string_view character) {
  switch (character[0]) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += character;
  }
}

}  // namespace

Html& Html::operator<<(Markup markup) {
  html_ += markup.literal();
  return *this;
}

Html& Html::operator<<(Text text) {
  for (size_t i = 0; i < text.text.size();) {
    const size_t length = utf8_length(text.text, i);
    const std::string_view character = text.text.substr(i, length == 0 ? 1 : length);
    if (length == 0 || is_hidden(character))
      append_hex(html_, character);
    else
      append_character(html_, character);
    i += character.size();
  }
  return *this;
}

Html& Html::operator<<(At at) {
  const double tenth = std::round(at.place * 10) / 10 + 0.0;  // no "-0"
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, tenth).ptr;
  html_.append(digits, end);
  return *this;
}

Html& Html::operator<<(const Html& html) {
  html_ += html.html_;
  return *this;
}

Html breakable(std::string_view text) {
  Html html;
  while (!text.empty()) {
    const size_t piece = std::min(text.find_first_of("_-/."), text.size() - 1) + 1;
    html << Text{text.substr(0, piece)};
    text.remove_prefix(piece);
    if (!text.empty()) html << "<wbr>";
  }
  return html;
}

}  // namespace flowreel::html
