// What a person reads: aligned columns, and times as they are told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowreel {

constexpr size_t kColumns = 100;  // of the terminal

// On one line of at most that many characters, cut with "..."; see printable().
std::string cut(const std::string& text, size_t characters);

// Rows of text under a head, aligned on the left. A cell has at most 24 characters; the last of a
// row has what is left of kColumns.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print() const;  // on stdout

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string duration_text(int64_t ms);           // "12 s", "3 min", "5 h", "12 days"
std::string ago(int64_t now_ms, int64_t at_ms);  // "3 min ago", "just now"
std::string date_text(int64_t at_ms);            // "2026-11-24 15:03:12 UTC", of ms since 1970

// IoError: something of what was printed on stdout did not get there.
void finish_output();

}  // namespace flowreel
