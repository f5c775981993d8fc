#include "models/text/utf8.h"

#include <gtest/gtest.h>

#include "errors/quote.h"

namespace flowreel {
namespace {

TEST(Utf8, EveryCodePointComesBack) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text;
    append_utf8(text, c);
    size_t position = 0;
    ASSERT_TRUE(is_valid_utf8(text)) << quote(text);
    ASSERT_TRUE(next_code_point(text, position) == c) << quote(text);
    ASSERT_EQ(position, text.size());
  }
}

TEST(Utf8, IllFormed) {
  for (const char* text :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\xFF", "\xC3("}) {
    EXPECT_FALSE(is_valid_utf8(text)) << quote(text);
  }
  EXPECT_EQ(repaired_utf8("a\xE2\x82z"), "a\uFFFD\uFFFDz");
}

TEST(Utf8, WhiteSpaceAtTheEnds) {
  EXPECT_EQ(trailing_space_begin("a\u3000 \n"), 1u);
  EXPECT_EQ(leading_space_end("\u3000 a"), 4u);
  EXPECT_EQ(trailing_space_begin("a\u200b"), 4u);
  EXPECT_EQ(leading_space_end("   "), 3u);
  EXPECT_FALSE(is_white_space(0x180E));
}

}  // namespace
}  // namespace flowreel
