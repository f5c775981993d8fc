#include "pipeline/consistency/columns.h"

#include <gtest/gtest.h>

namespace flowreel {
namespace {

TEST(Columns, KnowHowWideCharactersAre) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("é↑·…"), 4);
  EXPECT_EQ(display_width("猫と犬"), 6);
  EXPECT_EQ(display_width("한국"), 4);
  EXPECT_EQ(display_width("e\u0301"), 1);
  EXPECT_EQ(display_width("🎬"), 2);
  EXPECT_EQ(display_width("\xFFx"), 2);
  EXPECT_EQ(display_width(""), 0);
}

TEST(Columns, KeepTheEndOfALongName) {
  EXPECT_EQ(shortened("clip.mp4", 8), "clip.mp4");
  EXPECT_EQ(shortened("a_clip.mp4", 8), "…lip.mp4");
  EXPECT_EQ(shortened("猫猫猫", 6), "猫猫猫");
  EXPECT_EQ(shortened("猫猫猫猫", 6), "…猫猫");
  EXPECT_EQ(shortened("xxe\u0301yz", 3), "…yz");  // the mark goes with its letter
}

TEST(Columns, AlignByWidthNotByBytes) {
  EXPECT_EQ(aligned({{"名前", "1"}, {"x", "20"}, {"é", ""}}, "lr", " "),
            " 名前   1\n x     20\n é\n");
}

TEST(Columns, NothingFromOutsideMovesTheCursor) {
  EXPECT_EQ(one_line("a\x1b[2Jb\nc"), "a\\x1b[2Jb\\x0ac");
  EXPECT_EQ(one_line("a \"b\""), "a \"b\"");
  EXPECT_EQ(one_line("\xFF"), "\\xff");
  EXPECT_EQ(one_line(""), "");
}

TEST(Columns, WrapBetweenWordsAndWithinLongOnes) {
  EXPECT_EQ(wrapped("a b", "  "), "  a b\n");
  std::string words;
  for (int i = 0; i < 60; ++i) words += "four ";
  const std::string text = wrapped(words, "  ");
  EXPECT_EQ(longest_line(text), 2 + 19 * 5 - 1);  // a twentieth word would need 101
  EXPECT_EQ(text.substr(0, 11), "  four four");
  const std::string broken = wrapped(std::string(250, 'x'), "");
  EXPECT_EQ(broken, std::string(100, 'x') + "\n" + std::string(100, 'x') + "\n" +
                        std::string(50, 'x') + "\n");
}

TEST(Columns, KnowTheLongestLine) {
  EXPECT_EQ(longest_line("ab\nabcd\nabc"), 4);
  EXPECT_EQ(longest_line("猫\n"), 2);
  EXPECT_EQ(longest_line(""), 0);
}

}  // namespace
}  // namespace flowreel
