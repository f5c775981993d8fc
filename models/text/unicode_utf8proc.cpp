#include <utf8proc.h>

#include <algorithm>
#include <vector>

#include "errors/error.h"
#include "models/text/unicode.h"
#include "models/text/utf8.h"

namespace flowreel {
namespace {

using CodePoints = std::vector<utf8proc_int32_t>;

// utf8proc's own reordering of combining marks is quadratic, so each character is decomposed alone
// and the runs of marks are sorted here (Unicode, D109: stable, by combining class, between
// starters).
CodePoints decomposed(std::string_view text, utf8proc_option_t options) {
  CodePoints points;
  for (size_t position = 0; position < text.size();) {
    utf8proc_int32_t expansion[32];
    int last_class = 0;
    const auto c = static_cast<utf8proc_int32_t>(next_code_point(text, position));
    const auto count = utf8proc_decompose_char(c, expansion, 32, options, &last_class);
    if (count < 0 || count > 32) throw NumericsError("Unicode decomposition failed");
    points.insert(points.end(), expansion, expansion + count);
  }
  const auto combining_class = [](utf8proc_int32_t c) {
    return utf8proc_get_property(c)->combining_class;
  };
  for (auto run = points.begin(); run != points.end();) {
    auto end = run;
    while (end != points.end() && combining_class(*end) != 0) ++end;
    std::stable_sort(run, end,
                     [&](auto a, auto b) { return combining_class(a) < combining_class(b); });
    run = end == points.end() ? end : end + 1;
  }
  return points;
}

// Capitals newer than the tables of utf8proc 2.6 (Unicode 13): first, last, distance to the small
// letter; those with pairs side by side hold the capitals in steps of two.
struct NewCapitals {
  char32_t first, last;
  int step, distance;
};
constexpr NewCapitals kNewCapitals[] = {
    {0x1C89, 0x1C89, 1, 1},      {0x2C2F, 0x2C2F, 1, 48},   {0xA7C0, 0xA7C0, 1, 1},
    {0xA7CB, 0xA7CB, 1, -42343}, {0xA7CC, 0xA7CE, 2, 1},    {0xA7D0, 0xA7DA, 2, 1},
    {0xA7DC, 0xA7DC, 1, -42561}, {0x10570, 0x1057A, 1, 39}, {0x1057C, 0x1058A, 1, 39},
    {0x1058C, 0x10592, 1, 39},   {0x10594, 0x10595, 1, 39}, {0x10D50, 0x10D65, 1, 32},
    {0x16EA0, 0x16EB8, 1, 27},
};

char32_t small_letter(char32_t c) {
  const auto lower = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
  if (lower != c || c < 0x1C89) return lower;
  for (const auto& [first, last, step, distance] : kNewCapitals) {
    if (c >= first && c <= last && (c - first) % step == 0) return c + distance;
  }
  return c;
}

}  // namespace

std::string to_normal_form(std::string_view text, NormalForm form) {
  if (std::all_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    return std::string(text);
  }
  int options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE;
  if (form == NormalForm::kNfkc || form == NormalForm::kNfkd) options |= UTF8PROC_COMPAT;
  CodePoints points = decomposed(text, static_cast<utf8proc_option_t>(options));
  if (form == NormalForm::kNfc || form == NormalForm::kNfkc) {
    const auto compose = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    points.resize(utf8proc_normalize_utf32(points.data(),
                                           static_cast<utf8proc_ssize_t>(points.size()), compose));
  }
  std::string normal;
  for (const auto c : points) append_utf8(normal, static_cast<char32_t>(c));
  return normal;
}

std::string to_lowercase(std::string_view text) {
  std::string lower;
  for (size_t position = 0; position < text.size();) {
    const char32_t c = next_code_point(text, position);
    append_utf8(lower, small_letter(c));
    if (c == 0x130) append_utf8(lower, 0x307);
  }
  return lower;
}

}  // namespace flowreel
