#include "models/text/utf8.h"

#include <cstdint>

namespace flowreel {
namespace {

// Length of the well-formed sequence at text[i], 0 when there is none (Unicode 15, table 3-7).
size_t sequence_length(std::string_view text, size_t i) {
  const auto byte = [&](size_t k) { return k < text.size() ? static_cast<uint8_t>(text[k]) : 0; };
  const int lead = byte(i);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(i + 1) < low || byte(i + 1) > high) return 0;
  for (size_t k = 2; k < length; ++k) {
    if ((byte(i + k) & 0xC0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t length = sequence_length(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

char32_t next_code_point(std::string_view text, size_t& position) {
  const auto lead = static_cast<uint8_t>(text[position++]);
  if (lead < 0x80) return lead;
  const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t code_point = lead & (0x3F >> more);
  for (int k = 0; k < more; ++k) {
    code_point = (code_point << 6) | (static_cast<uint8_t>(text[position++]) & 0x3F);
  }
  return code_point;
}

void append_utf8(std::string& text, char32_t c) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | (c >> 12));
    tail(6), tail(0);
  } else {
    text += static_cast<char>(0xF0 | (c >> 18));
    tail(12), tail(6), tail(0);
  }
}

std::string repaired_utf8(std::string_view text) {
  std::string repaired;
  for (size_t i = 0; i < text.size();) {
    const size_t length = sequence_length(text, i);
    if (length == 0) {
      append_utf8(repaired, 0xFFFD);
      ++i;
    } else {
      repaired.append(text, i, length);
      i += length;
    }
  }
  return repaired;
}

bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

size_t trailing_space_begin(std::string_view text) {
  size_t begin = text.size();
  while (begin > 0) {
    size_t start = begin - 1;
    while (start > 0 && (static_cast<uint8_t>(text[start]) & 0xC0) == 0x80) --start;
    size_t position = start;
    if (!is_white_space(next_code_point(text, position))) break;
    begin = start;
  }
  return begin;
}

size_t leading_space_end(std::string_view text) {
  size_t end = 0;
  for (size_t position = 0; position < text.size(); end = position) {
    if (!is_white_space(next_code_point(text, position))) break;
  }
  return end;
}

std::string quote(std::string_view text, size_t max_bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string cut(text.substr(0, max_bytes));
  while (cut.size() < text.size() && !cut.empty() && !is_valid_utf8(cut) &&
         cut.size() + 4 > max_bytes)
    cut.pop_back();
  std::string line = "\"";
  for (size_t i = 0; i < cut.size();) {
    const auto byte = static_cast<uint8_t>(cut[i]);
    const size_t length = sequence_length(cut, i);
    const bool c1_control = length == 2 && byte == 0xC2 && static_cast<uint8_t>(cut[i + 1]) < 0xA0;
    if (length == 0 || byte < 0x20 || byte == 0x7F || c1_control) {
      line += "\\x";
      line += kHex[byte >> 4];
      line += kHex[byte & 15];
      ++i;
    } else {
      line.append(cut, i, length);
      i += length;
    }
  }
  return line + (cut.size() < text.size() ? "\"..." : "\"");
}

}  // namespace flowreel
