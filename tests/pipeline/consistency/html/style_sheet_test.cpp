#include "pipeline/consistency/html/style_sheet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <regex>

namespace flowreel::html {
namespace {

std::string style() {
  Html html;
  html << style_sheet();
  return html.str();
}

// The colours called so, in the order in which they are set: for light, for dark.
std::vector<std::string> colours(const std::string& name) {
  const std::string css = style();
  const std::regex setting("--" + name + ": #([0-9a-f]{6});");
  std::vector<std::string> found;
  for (std::sregex_iterator it(css.begin(), css.end(), setting), end; it != end; ++it)
    found.push_back((*it)[1]);
  return found;
}

// WCAG 2.2: relative luminance, and contrast.
double luminance(const std::string& colour) {
  const double weights[] = {0.2126, 0.7152, 0.0722};
  double sum = 0;
  for (size_t i = 0; i < 3; ++i) {
    const double c = std::stoi(colour.substr(2 * i, 2), nullptr, 16) / 255.0;
    sum += weights[i] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return sum;
}

double contrast(const std::string& a, const std::string& b) {
  const auto [low, high] = std::minmax({luminance(a), luminance(b)});
  return (high + 0.05) / (low + 0.05);
}

TEST(StyleSheet, TextStandsOutFromItsGround) {
  EXPECT_NEAR(contrast("000000", "ffffff"), 21, 1e-9);
  for (const char* text : {"ink", "soft", "line", "bad", "good"}) {
    for (const char* ground : {"paper", "band"}) {
      const std::vector<std::string> a = colours(text), b = colours(ground);
      ASSERT_EQ(a.size(), 2u);
      ASSERT_EQ(b.size(), 2u);
      for (size_t mode = 0; mode < 2; ++mode)
        EXPECT_GE(contrast(a[mode], b[mode]), 4.5) << text << " on " << ground << ", " << mode;
    }
  }
}

TEST(StyleSheet, LoadsNothingAndEndsNothing) {
  for (const char* word : {"@import", "url(", "http", "</"})
    EXPECT_EQ(style().find(word), std::string::npos) << word;
}

TEST(StyleSheet, ClosesItsBlocks) {
  int depth = 0;
  for (const char c : style()) {
    depth += (c == '{') - (c == '}');
    ASSERT_GE(depth, 0);
  }
  EXPECT_EQ(depth, 0);
}

}  // namespace
}  // namespace flowreel::html
