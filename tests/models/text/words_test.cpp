#include "models/text/words.h"

#include <gtest/gtest.h>

namespace flowreel {
namespace {

using Words = std::vector<std::string>;

TEST(Words, AreRunsOfLettersInLowerCase) {
  EXPECT_EQ(split_words("A Red star, SPINNING on a dark-blue background."),
            (Words{"a", "red", "star", "spinning", "on", "a", "dark-blue", "background"}));
  EXPECT_TRUE(split_words(" ;, ").empty());
}

TEST(Words, UnknownOnesAreNamedOnce) {
  const Words known = {"star", "a"};
  EXPECT_EQ(unknown_words("a cat's hat; a cat's star, 2 caf\xc3\xa9s", known),
            (Words{"cat's", "hat", "2", "caf\xc3\xa9s"}));
  EXPECT_TRUE(unknown_words("", known).empty());
}

}  // namespace
}  // namespace flowreel
