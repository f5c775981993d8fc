#include "pipeline/consistency/html/markup.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace flowreel::html {
namespace {

std::string shown(std::string_view text) {
  Html html;
  html << Text{text};
  return html.str();
}

std::string placed(double place) {
  Html html;
  html << At{place};
  return html.str();
}

TEST(Markup, TextCannotBecomeMarkup) {
  EXPECT_EQ(shown("<script>alert('x')</script>"),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  EXPECT_EQ(shown(R"(" onload="a&b)"), "&quot; onload=&quot;a&amp;b");
  EXPECT_EQ(shown("&lt;"), "&amp;lt;");
}

TEST(Markup, LettersOfAllScriptsStayAndLinesBreak) {
  EXPECT_EQ(shown("Küste, 海岸, 👩‍👩‍👧\nzwei\tdrei"),
            "Küste, 海岸, 👩‍👩‍👧\nzwei\tdrei");
}

TEST(Markup, WhatCannotBeSeenIsSpelledOut) {
  EXPECT_EQ(shown(std::string_view("a\0b\x1b[31m\x7f\r", 10)), "a\\x00b\\x1b[31m\\x7f\\x0d");
  EXPECT_EQ(shown("\xc2\x85"), "\\xc2\\x85");                         // C1: next line
  EXPECT_EQ(shown("\xe2\x80\xaegpj.exe"), "\\xe2\\x80\\xaegpj.exe");  // right-to-left override
  EXPECT_EQ(shown("\xe2\x81\xa6x"), "\\xe2\\x81\\xa6x");              // isolate
}

TEST(Markup, BytesThatAreNotUtf8AreSpelledOut) {
  EXPECT_EQ(shown("a\xff<b"), "a\\xff&lt;b");
  EXPECT_EQ(shown("\xc0\xbc"), "\\xc0\\xbc");                         // "<", too long
  EXPECT_EQ(shown("\xe2\x80"), "\\xe2\\x80");                         // cut off
  EXPECT_EQ(shown("\xed\xa0\x80"), "\\xed\\xa0\\x80");                // half of a pair
  EXPECT_EQ(shown("\xf0\x9f\x98\x80\x80"), "\xf0\x9f\x98\x80\\x80");  // one byte too many
}

template <typename Thing>
concept Writable = requires(Html& html, const Thing& thing) { html << thing; };

TEST(Markup, OnlyLiteralsAreMarkup) {
  static_assert(!Writable<std::string>);
  static_assert(!Writable<std::string_view>);
  static_assert(!Writable<double>);
  static_assert(Writable<int64_t>);
  static_assert(Writable<Text>);
}

TEST(Markup, PlacesHaveATenth) {
  EXPECT_EQ(placed(12.34), "12.3");
  EXPECT_EQ(placed(7), "7");
  EXPECT_EQ(placed(-0.04), "0");
  EXPECT_EQ(placed(-1.26), "-1.3");
}

TEST(Markup, LongNamesMayBreakBehindTheirJoints) {
  EXPECT_EQ(breakable("a_b-c/d.mp4").str(), "a_<wbr>b-<wbr>c/<wbr>d.<wbr>mp4");
  EXPECT_EQ(breakable("").str(), "");
  EXPECT_EQ(breakable("end_").str(), "end_");
  EXPECT_EQ(breakable("<_>").str(), "&lt;_<wbr>&gt;");
}

}  // namespace
}  // namespace flowreel::html
