#include "models/text/regex.h"

#include <gtest/gtest.h>

#include "errors/error.h"

namespace flowreel {
namespace {

std::vector<std::string> matches(const std::string& pattern, std::string_view text) {
  std::vector<std::string> found;
  for (const Span& span : Regex(pattern, "file").find_all(text)) {
    found.emplace_back(text.substr(span.begin, span.end - span.begin));
  }
  return found;
}

using Strings = std::vector<std::string>;

TEST(Regex, UnicodeClasses) {
  EXPECT_EQ(matches(R"(\p{L}+)", "caf\u00e9 \u732b \u0e01 1"),
            (Strings{"caf\u00e9", "\u732b", "\u0e01"}));
  EXPECT_EQ(matches(R"(\p{N})", "\u00b2\u216711"), (Strings{"\u00b2", "\u2167", "1", "1"}));
  EXPECT_EQ(matches(R"([^\s\p{L}\p{N}]+)", "a\u00a0!\U0001f600 \u200b"),
            (Strings{"!\U0001f600", "\u200b"}));
}

TEST(Regex, WhiteSpaceIsUnicodes) {
  EXPECT_EQ(matches(R"(\s)", "\t\u0085\u00a0\u2028\u3000").size(), 5u);
  EXPECT_TRUE(matches(R"(\s)", "\u180e\u200b\ufeff").empty());
  EXPECT_EQ(matches(R"([\S])", "\u180e \u200b").size(), 2u);
}

// Letters that Unicode got after version 14.
TEST(Regex, NewLettersAndNumbers) {
  EXPECT_EQ(matches(R"(\p{L})", "\U00031350").size(), 1u);
  EXPECT_EQ(matches(R"([\p{L}\p{N}])", "\U0002ebf0\U00010d40").size(), 2u);
  EXPECT_TRUE(matches(R"(\P{L})", "\U00031350").empty());
  EXPECT_TRUE(matches(R"([^\p{N}])", "\U00010d40").empty());
}

TEST(Regex, CaselessContractionsTakeTheLongS) {
  EXPECT_EQ(matches(R"((?i:'s|'ll))", "it'S we'LL x'\u017f"), (Strings{"'S", "'LL", "'\u017f"}));
}

TEST(Regex, LiteralsAndEmptyMatches) {
  EXPECT_EQ(Regex("a.b[", "file", Regex::Kind::kLiteral).find_all("a.b[ axb[").size(), 1u);
  EXPECT_EQ(matches("x*", "\u00e9x\u00e9"), (Strings{"", "x", ""}));
  EXPECT_TRUE(matches("a", "").empty());
}

TEST(Regex, RefusesWhatItCannotKeep) {
  for (const char* pattern :
       {"(", "[a", "a{2,1}", "\\", R"(\p{Nope})", R"(\w+)", R"([\w])", R"(\bx)", R"(\h)", "[a[b]]",
        "[a&&b]", R"(\C)", "((a{1000}){1000}){1000}"}) {
    EXPECT_THROW(Regex(pattern, "file"), DataError) << pattern;
  }
  EXPECT_THROW(Regex(std::string(70'000, 'a'), "file"), DataError);
  try {
    Regex("(", "dir/tokenizer.json");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_TRUE(std::string(error.what())
                    .starts_with(R"(dir/tokenizer.json: regular expression "(" does not compile)"));
  }
}

TEST(Regex, ABombIsAnErrorAndNotAHang) {
  const Regex bomb("(a+)+[xy]", "file");
  EXPECT_THROW(bomb.find_all(std::string(40, 'a')), DataError);
  EXPECT_THROW(Regex("(x|xx)*y|(a|aa)+b", "file").find_all(std::string(100, 'a')), DataError);
}

TEST(Regex, LongTextsAreReadInOneGo) {
  const std::string spaces(1 << 20, ' ');
  EXPECT_EQ(matches(R"(\s*[\r\n]+|\s+(?!\S)|\s+)", spaces + "a").size(), 2u);
}

}  // namespace
}  // namespace flowreel
