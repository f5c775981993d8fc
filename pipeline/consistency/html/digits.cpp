#include "pipeline/consistency/html/digits.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "pipeline/consistency/numbers.h"

namespace flowreel::html {
namespace {

constexpr int kDigits = 4;
constexpr double kLargestWhole = 1e9;
// Powers of ten between which a number is written without an exponent.
constexpr int kLeastPower = -3, kMostPower = 5;

// A number as std::to_chars writes it, but with a real minus.
template <typename... Form>
std::string written(double value, Form... form) {
  char text[400];  // 1e308 in full is shorter
  std::string out(text, std::to_chars(text, text + sizeof text, value, form...).ptr);
  for (size_t at = out.find('-'); at != std::string::npos; at = out.find('-', at))
    out.replace(at, 1, "−");
  return out;
}

// Behind rounding to kDigits digits.
int power_of_ten(double value) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, kDigits - 1)
          .ptr;
  const std::string_view shown(text, static_cast<size_t>(end - text));
  const size_t from = shown.find('e') + (shown[shown.find('e') + 1] == '+' ? 2 : 1);
  int power = 0;
  std::from_chars(text + from, end, power);
  return power;
}

}  // namespace

std::string fixed(double value, int decimals) {
  return written(value, std::chars_format::fixed, decimals);
}

std::string digits(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "none" : value > 0 ? "∞" : "−∞";
  if (std::abs(value) < kLargestWhole && value == std::round(value)) return fixed(value + 0.0, 0);
  const int power = power_of_ten(value);
  if (power < kLeastPower || power > kMostPower)
    return written(value, std::chars_format::scientific, kDigits - 1);
  return fixed(value, std::max(0, kDigits - 1 - power));
}

Html number(double value) {
  const std::string full = std::isfinite(value) ? exact_number(value) : digits(value);
  Html html;
  html << "<data value=\"" << Text{full} << "\" title=\"" << Text{full} << "\">"
       << Text{digits(value)} << "</data>";
  return html;
}

std::string percent(double share) {
  const double shown = std::round(share * 100);
  if (shown >= 100 && share < 1) return "99 %";
  if (shown <= 0 && share > 0) return "< 1 %";
  return fixed(shown + 0.0, 0) + " %";
}

}  // namespace flowreel::html
