#include "pipeline/consistency/html/picture_tag.h"

#include <algorithm>
#include <array>

namespace flowreel::html {
namespace {

// A PNG begins with these; its width and height follow behind "IHDR", big-endian
// (PNG, 5.2, 11.2.2).
constexpr std::array<uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr size_t kWidthAt = 16, kHeightAt = 20, kHeaderEnd = 24;

bool is_png(const std::vector<uint8_t>& bytes) {
  return bytes.size() >= kHeaderEnd &&
         std::equal(kSignature.begin(), kSignature.end(), bytes.begin());
}

uint32_t big_endian(const std::vector<uint8_t>& bytes, size_t at) {
  uint32_t number = 0;
  for (size_t i = at; i < at + 4; ++i) number = number << 8 | bytes[i];
  return number;
}

}  // namespace

Html picture_tag(const std::vector<uint8_t>& png, std::string_view alt) {
  Html html;
  if (!is_png(png)) {
    html << "<span class=\"quiet\">no picture</span>";
    return html;
  }
  html << "<img width=\"" << big_endian(png, kWidthAt) << "\" height=\""
       << big_endian(png, kHeightAt) << "\" alt=\"" << Text{alt}
       << "\" src=\"data:image/png;base64," << Text{base64(png)} << "\">";
  return html;
}

std::string base64(const std::vector<uint8_t>& bytes) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (i + k < bytes.size() ? bytes[i + k] : 0U);
    for (size_t k = 0; k < 4; ++k) {
      const bool padding = i + k > bytes.size();
      out += padding ? '=' : kLetters[bits >> (18 - 6 * k) & 63];
    }
  }
  return out;
}

}  // namespace flowreel::html
