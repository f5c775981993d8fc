#include "models/text/regex_dialect.h"

#include <utility>

namespace flowreel {
namespace {

// Letters and numbers of Unicode 15 and 16 (Oniguruma 6.9.10 has them), since PCRE2 10.42 stops at
// Unicode 14.
constexpr char kNewLetters[] =
    R"(\x{1c89}\x{1c8a}\x{a7cb}-\x{a7cd}\x{a7da}-\x{a7dc}\x{105c0}-\x{105f3}\x{10d4a}-\x{10d65}\x{10d6f}-\x{10d85})"
    R"(\x{10ec2}-\x{10ec4}\x{1123f}\x{11240}\x{11380}-\x{11389}\x{1138b}\x{1138e}\x{11390}-\x{113b5}\x{113b7})"
    R"(\x{113d1}\x{113d3}\x{11bc0}-\x{11be0}\x{11f02}\x{11f04}-\x{11f10}\x{11f12}-\x{11f33}\x{1342f})"
    R"(\x{13441}-\x{13446}\x{13460}-\x{143fa}\x{16100}-\x{1611d}\x{16d40}-\x{16d6c}\x{18cff}\x{1b132}\x{1b155})"
    R"(\x{1df25}-\x{1df2a}\x{1e030}-\x{1e06d}\x{1e4d0}-\x{1e4eb}\x{1e5d0}-\x{1e5ed}\x{1e5f0}\x{2b739})"
    R"(\x{2ebf0}-\x{2ee5d}\x{31350}-\x{323af})";
constexpr char kNewNumbers[] =
    R"(\x{10d40}-\x{10d49}\x{116d0}-\x{116e3}\x{11bf0}-\x{11bf9}\x{11f50}-\x{11f59}\x{16130}-\x{16139})"
    R"(\x{16d70}-\x{16d79}\x{1ccf0}-\x{1ccf9}\x{1d2c0}-\x{1d2d3}\x{1e4f0}-\x{1e4f9}\x{1e5f1}-\x{1e5fa})";

// What stands for a property that begins `rest`, and how many bytes it replaces; 0 when nothing
// needs replacing.
std::pair<std::string, size_t> translated_property(std::string_view rest, bool in_class) {
  if (rest.starts_with("\\s")) return {"\\p{White_Space}", 2};
  if (rest.starts_with("\\S")) return {"\\P{White_Space}", 2};
  for (const bool letters : {true, false}) {
    const std::string name = letters ? "{L}" : "{N}";
    const bool negated = rest.starts_with("\\P" + name);
    if (!negated && !rest.starts_with("\\p" + name)) continue;
    if (negated && in_class) return {"", 0};  // a union cannot leave anything out
    const std::string members = "\\p" + name + (letters ? kNewLetters : kNewNumbers);
    return {in_class ? members : (negated ? "[^" : "[") + members + "]", 5};
  }
  return {"", 0};
}

}  // namespace

RegexTranslation to_pcre2(std::string_view pattern) {
  RegexTranslation out;
  bool in_class = false;
  bool class_start = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    const bool at_class_start = std::exchange(class_start, false);
    if (c == '\\') {
      const auto [property, length] = translated_property(pattern.substr(i), in_class);
      if (length > 0) {
        out.pattern += property;
        i += length - 1;
        continue;
      }
      ++i;
      if (std::string_view("wWbBhHRXKG").find(next) != std::string_view::npos && next != '\0') {
        out.unsupported = std::string("\\") + next;
        return out;
      }
      out.pattern += c;
      if (i < pattern.size()) out.pattern += next;
      continue;
    }
    if (!in_class && c == '[') {
      in_class = class_start = true;
    } else if (in_class && c == '^' && at_class_start) {
      class_start = true;
    } else if (in_class && c == ']' && !at_class_start) {
      in_class = false;
    } else if (in_class && (c == '[' || (c == '&' && next == '&'))) {
      out.unsupported = c == '[' ? "a class within a class" : "a class intersection (&&)";
      return out;
    }
    out.pattern += c;
  }
  return out;
}

}  // namespace flowreel
