#include "pipeline/consistency/numbers.h"

#include <charconv>

namespace flowreel {

std::string exact_number(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value + 0.0).ptr};  // -0 + 0 is 0
}

std::string short_number(double value, int digits) {
  char text[64];
  const auto format = std::chars_format::general;
  return {text, std::to_chars(text, text + sizeof text, value + 0.0, format, digits).ptr};
}

}  // namespace flowreel
