#include "errors/quote.h"

#include <gtest/gtest.h>

namespace flowreel {
namespace {

TEST(Quote, LeavesTextAsItIs) {
  EXPECT_EQ(quote(""), "\"\"");
  EXPECT_EQ(quote("a.b"), "\"a.b\"");
  EXPECT_EQ(quote("\u00e9\u4e2d\U0001F3AC"), "\"\u00e9\u4e2d\U0001F3AC\"");
}

TEST(Quote, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(quote("a\nb\x1b[2J\x7f"), "\"a\\x0ab\\x1b[2J\\x7f\"");
  EXPECT_EQ(quote("\u0085\u009b"), "\"\\xc2\\x85\\xc2\\x9b\"");
  EXPECT_EQ(quote(std::string("\0", 1)), "\"\\x00\"");
}

// Case 25: text that turns its direction, is not seen, or splits a line for some readers of logs.
TEST(Quote, EscapesWhatWouldShowAsSomethingElse) {
  for (const std::string text : {"\u200b", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e",
                                 "\u2066", "\u2069", "\ufeff", "\u061c"})
    EXPECT_EQ(quote(text).substr(0, 3), "\"\\x") << text;
  for (const std::string text : {"\u2010", "\u2026", "\u20ac", "\u05d0", "\u061d", "\ufefe"})
    EXPECT_EQ(quote(text), "\"" + text + "\"");
}

TEST(Quote, EscapesWhatIsNoUtf8) {
  EXPECT_EQ(quote("\xff\xc0\x80\xed\xa0\x80"), "\"\\xff\\xc0\\x80\\xed\\xa0\\x80\"");
  EXPECT_EQ(quote("\xe4\xb8"), "\"\\xe4\\xb8\"") << "cut within a character";
  EXPECT_EQ(quote("\xf4\x90\x80\x80"), "\"\\xf4\\x90\\x80\\x80\"") << "above U+10FFFF";
}

TEST(Quote, Numbers) {
  EXPECT_EQ(number_text(0.5), "0.5");
  EXPECT_EQ(number_text(1000), "1000");
}

TEST(Quote, CutsBetweenCharacters) {
  EXPECT_EQ(quote("xxxxx", 5), "\"xxxxx\"");
  EXPECT_EQ(quote(std::string(200, 'x'), 5), "\"xxxxx\"...");
  EXPECT_EQ(quote("\u00e9\u00e9\u00e9", 3), "\"\u00e9\"...");
  EXPECT_EQ(quote("\n\n", 7), "\"\\x0a\"...") << "what is shown counts";
  EXPECT_EQ(quote(std::string(100'000, '\n')).size(), 305u);
}

TEST(Cut, NeverEndsWithinACharacter) {
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("abc", 2), "ab");
  EXPECT_EQ(cut("abc", 0), "");
  const std::string text = "a\u00e9\u20ac";  // 1 + 2 + 3 bytes
  const char* expected[] = {"", "a", "a", "a\u00e9", "a\u00e9", "a\u00e9", "a\u00e9\u20ac"};
  for (size_t bytes = 0; bytes <= 6; ++bytes) EXPECT_EQ(cut(text, bytes), expected[bytes]) << bytes;
}

}  // namespace
}  // namespace flowreel
