#include "models/text/byte_level.h"

#include <gtest/gtest.h>

#include "models/text/utf8.h"

namespace flowreel {
namespace {

TEST(ByteLevel, KnownLetters) {
  EXPECT_EQ(to_byte_letters("a b\n"), "a\u0120b\u010a");
  EXPECT_EQ(to_byte_letters("\u00e9"), "\u00c3\u00a9");
  EXPECT_EQ(to_byte_letters(std::string_view("\0\x7f\xad", 3)), "\u0100\u0121\u0143");
}

TEST(ByteLevel, EveryByteComesBack) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  const std::string letters = to_byte_letters(bytes);
  EXPECT_TRUE(is_valid_utf8(letters));
  EXPECT_EQ(from_byte_letters(letters), bytes);
}

}  // namespace
}  // namespace flowreel
