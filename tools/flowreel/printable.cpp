#include "tools/flowreel/printable.h"

#include <algorithm>

#include "errors/quote.h"

namespace flowreel {

std::string printable(const std::string& text) {
  std::string line;
  for (size_t i = 0; i < text.size();) {
    const std::string character = text.substr(i, std::max<size_t>(1, utf8_length(text, i)));
    const bool as_it_is = quote(character) == "\"" + character + "\"";
    line += as_it_is ? character : "?";
    i += character.size();
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
