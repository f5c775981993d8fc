#include "models/text/unicode.h"

#include <gtest/gtest.h>

#include <chrono>

namespace flowreel {
namespace {

TEST(Unicode, NormalForms) {
  EXPECT_EQ(to_normal_form("e\u0301", NormalForm::kNfc), "\u00e9");
  EXPECT_EQ(to_normal_form("\u00e9", NormalForm::kNfd), "e\u0301");
  EXPECT_EQ(to_normal_form("q\u0307\u0323", NormalForm::kNfc), "q\u0323\u0307");
  EXPECT_EQ(to_normal_form("\u1112\u1161\u11ab", NormalForm::kNfc), "\ud55c");
  EXPECT_EQ(to_normal_form("\u212b\u0344", NormalForm::kNfc), "\u00c5\u0308\u0301");
  EXPECT_EQ(to_normal_form("\ufb01\u00b2", NormalForm::kNfc), "\ufb01\u00b2");
  EXPECT_EQ(to_normal_form("\ufb01\u00b2", NormalForm::kNfkc), "fi2");
  EXPECT_EQ(to_normal_form(std::string_view("\0\u00e9", 3), NormalForm::kNfc),
            std::string_view("\0\u00e9", 3));
}

TEST(Unicode, LowerCaseIsCharacterByCharacter) {
  EXPECT_EQ(to_lowercase("CAT \u00c9 \u0130 \u039f\u03a3"), "cat \u00e9 i\u0307 \u03bf\u03c3");
  EXPECT_EQ(to_lowercase("\u1e9e\u2126\U00010400"), "\u00df\u03c9\U00010428");
  EXPECT_EQ(to_lowercase("\u2c2f\ua7cb\U00010d50"),
            "\u2c5f\u0264\U00010d70");  // newer than Unicode 13
}

// Reordering by exchanging neighbours takes minutes here.
TEST(Unicode, ManyCombiningMarks) {
  std::string text = "a";
  for (int i = 0; i < 100'000; ++i) text += "\u0301\u0323";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(to_normal_form(text, NormalForm::kNfc).size(), text.size());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

}  // namespace
}  // namespace flowreel
