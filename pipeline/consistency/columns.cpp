#include "pipeline/consistency/columns.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "errors/quote.h"

namespace flowreel {
namespace {

struct Range {
  uint32_t first, last;
};
// The blocks of Unicode 15 whose characters are wide (UAX 11) or emoji, and of marks without width.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xA960, 0xA97F}, {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Range kMarks[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F},
                            {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF},
                            {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};

template <size_t n>
bool lies_in(const Range (&ranges)[n], uint32_t point) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& r) { return point >= r.first && point <= r.last; });
}

// Its characters; a byte that is no UTF-8 is one of its own.
std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> all;
  for (size_t i = 0; i < text.size(); i += all.back().size())
    all.push_back(text.substr(i, std::max<size_t>(1, utf8_length(text, i))));
  return all;
}

int character_width(std::string_view character) {
  if (character.size() == 1) return 1;
  uint32_t point = static_cast<uint8_t>(character[0]) & (0xFFu >> (character.size() + 1));
  for (const char c : character.substr(1)) point = point << 6 | (static_cast<uint8_t>(c) & 0x3Fu);
  return lies_in(kMarks, point) ? 0 : lies_in(kWide, point) ? 2 : 1;
}

std::string spaces(int count) { return std::string(static_cast<size_t>(std::max(0, count)), ' '); }

std::vector<std::string> words_of(const std::string& text, int longest) {
  std::vector<std::string> words(1);
  for (const std::string_view c : characters(text)) {
    const bool is_full = display_width(words.back()) + character_width(c) > longest;
    if (c == " " || is_full) words.emplace_back();
    if (c != " ") words.back() += c;
  }
  std::erase(words, "");
  return words;
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  for (const std::string_view c : characters(text)) width += character_width(c);
  return width;
}

std::string one_line(std::string_view text) {
  const std::string quoted = quote(text, text.size() * 4);
  return quoted.substr(1, quoted.size() - 2);
}

std::string shortened(const std::string& text, int width) {
  int left = display_width(text);
  if (left <= width) return text;
  std::string_view rest = text;
  for (const std::string_view c : characters(text)) {
    // A mark does not stand alone.
    if (left < width && character_width(c) > 0) break;
    left -= character_width(c);
    rest.remove_prefix(c.size());
  }
  return "…" + std::string(rest);
}

std::string wrapped(const std::string& text, const std::string& indent) {
  const int room = kTableWidth - display_width(indent);
  std::string lines, line;
  for (const std::string& word : words_of(text, room)) {
    if (!line.empty() && display_width(line) + 1 + display_width(word) > room) {
      lines += indent + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return lines + indent + line + "\n";
}

std::string aligned(const Rows& rows, std::string_view right, const std::string& indent) {
  std::vector<int> widths(right.size(), 0);
  for (const auto& row : rows) {
    for (size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], display_width(row[k]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = indent;
    for (size_t k = 0; k < row.size(); ++k) {
      const std::string pad = spaces(widths[k] - display_width(row[k]));
      line += (k == 0 ? "" : "  ") + (right[k] == 'r' ? pad + row[k] : row[k] + pad);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

int longest_line(std::string_view text) {
  int longest = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    longest = std::max(longest, display_width(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

}  // namespace flowreel
