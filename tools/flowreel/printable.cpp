#include "tools/flowreel/printable.h"

#include <algorithm>

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

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string without_passwords(std::string text) {
  const std::string hidden = "***", parameter = "password=";
  const size_t scheme = text.find("://");
  const size_t colon = scheme == std::string::npos ? scheme : text.find(':', scheme + 3);
  const size_t at = text.rfind('@');
  if (colon != std::string::npos && at != std::string::npos && colon < at)
    text.replace(colon + 1, at - colon - 1, hidden);
  for (size_t found = text.find(parameter); found != std::string::npos;
       found = text.find(parameter, found)) {
    found += parameter.size();
    const size_t end = std::min(text.find_first_of("&\" \t\n", found), text.size());
    text.replace(found, end - found, hidden);
  }
  return text;
}

}  // namespace flowreel
