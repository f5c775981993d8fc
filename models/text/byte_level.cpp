#include "models/text/byte_level.h"

#include <array>
#include <cstdint>
#include <unordered_map>

#include "models/text/utf8.h"

namespace flowreel {
namespace {

constexpr std::array<char32_t, 256> make_alphabet() {
  std::array<char32_t, 256> alphabet{};
  char32_t spare = 0x100;
  for (char32_t byte = 0; byte < 256; ++byte) {
    const bool printable =
        (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xFF && byte != 0xAD);
    alphabet[byte] = printable ? byte : spare++;
  }
  return alphabet;
}

constexpr auto kAlphabet = make_alphabet();

}  // namespace

std::string to_byte_letters(std::string_view bytes) {
  std::string letters;
  letters.reserve(bytes.size() * 2);
  for (const char byte : bytes) append_utf8(letters, kAlphabet[static_cast<uint8_t>(byte)]);
  return letters;
}

std::string from_byte_letters(std::string_view letters) {
  static const auto* const bytes = [] {
    auto* map = new std::unordered_map<char32_t, char>;
    for (size_t byte = 0; byte < 256; ++byte)
      map->emplace(kAlphabet[byte], static_cast<char>(byte));
    return map;
  }();
  std::string text;
  for (size_t position = 0; position < letters.size();) {
    const char32_t letter = next_code_point(letters, position);
    const auto byte = bytes->find(letter);
    if (byte != bytes->end())
      text += byte->second;
    else
      append_utf8(text, letter);
  }
  return text;
}

}  // namespace flowreel
