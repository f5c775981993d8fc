#include "tools/flowreel/printable.h"

namespace flowreel {

std::string printable(const std::string& text) {
  std::string line;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    const bool c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;  // U+0080 to U+009F in UTF-8
    if (c1) ++i;
    line += c1 || byte < 0x20 || byte == 0x7F ? '?' : text[i];
  }
  return line;
}

}  // namespace flowreel
