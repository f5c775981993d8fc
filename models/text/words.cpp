#include "models/text/words.h"

#include <algorithm>
#include <cctype>

namespace flowreel {

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> found;
  bool inside = false;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool part = std::isalnum(byte) || letter == '-' || letter == '\'' || byte >= 0x80;
    if (part && !inside) found.emplace_back();
    if (part) found.back() += static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
    inside = part;
  }
  return found;
}

std::vector<std::string> unknown_words(std::string_view prompt,
                                       const std::vector<std::string>& known) {
  std::vector<std::string> unknown;
  for (const std::string& word : split_words(prompt)) {
    const bool seen = std::find(unknown.begin(), unknown.end(), word) != unknown.end();
    if (!seen && std::find(known.begin(), known.end(), word) == known.end())
      unknown.push_back(word);
  }
  return unknown;
}

}  // namespace flowreel
