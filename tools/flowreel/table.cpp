#include "tools/flowreel/table.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "tools/flowreel/printable.h"

namespace flowreel {
namespace {

constexpr size_t kWidestCell = 24, kGap = 2;

size_t next(const std::string& text, size_t i) {
  return i + std::max<size_t>(utf8_length(text, i), 1);
}

size_t length(const std::string& text) {
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); i = next(text, i)) ++characters;
  return characters;
}

}  // namespace

std::string cut(const std::string& text, size_t characters) {
  const std::string dots = "...";
  const std::string line = printable(text.substr(0, 8 * characters + 8));
  if (length(line) <= characters) return line;
  if (characters < dots.size()) return "";
  size_t end = 0;
  for (size_t taken = dots.size(); taken < characters; ++taken) end = next(line, end);
  return line.substr(0, end) + dots;
}

void Table::print() const {
  const size_t columns = rows_[0].size();
  std::vector<size_t> widths(columns, 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < columns; ++i)
      widths[i] = std::max(widths[i], std::min(length(row[i]), kWidestCell));
  }
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i + 1 < columns; ++i) {
      const std::string cell = cut(row[i], widths[i]);
      line += cell + std::string(widths[i] - length(cell) + kGap, ' ');
    }
    const size_t used = length(line);
    line += cut(row[columns - 1], used < kColumns ? kColumns - used : 0);
    line.resize(line.find_last_not_of(' ') + 1);
    std::printf("%s\n", line.c_str());
  }
}

std::string duration_text(int64_t ms) {
  constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute;
  constexpr int64_t kDay = 24 * kHour;
  if (ms < kMinute) return std::to_string(ms / kSecond) + " s";
  if (ms < kHour) return std::to_string(ms / kMinute) + " min";
  if (ms < 2 * kDay) return std::to_string(ms / kHour) + " h";
  return std::to_string(ms / kDay) + " days";
}

std::string ago(int64_t now_ms, int64_t at_ms) {
  constexpr int64_t kNow = 1000;
  return now_ms - at_ms < kNow ? "just now" : duration_text(now_ms - at_ms) + " ago";
}

std::string date_text(int64_t at_ms) {
  const std::time_t seconds = at_ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text;
}

void finish_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw IoError("standard output cannot be written: " + errno_text(errno));
}

}  // namespace flowreel
