#include "pipeline/consistency/html/picture_tag.h"

#include <gtest/gtest.h>

namespace flowreel::html {
namespace {

std::vector<uint8_t> bytes(const std::string& text) { return {text.begin(), text.end()}; }

// The beginning of a PNG of 300 x 2 pixels.
std::vector<uint8_t> png() {
  return {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13,
          'I',  'H', 'D', 'R', 0,    0,    1,    44,   0, 0, 0, 2};
}

TEST(PictureTag, Base64HasTheVectorsOfItsStandard) {
  EXPECT_EQ(base64({}), "");
  EXPECT_EQ(base64(bytes("f")), "Zg==");
  EXPECT_EQ(base64(bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(bytes("foo")), "Zm9v");
  EXPECT_EQ(base64(bytes("foob")), "Zm9vYg==");
  EXPECT_EQ(base64(bytes("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64({0xFB, 0xFF, 0xFE}), "+//+");
}

TEST(PictureTag, SaysItsSizeAndWhatItShows) {
  EXPECT_EQ(picture_tag(png(), "frame \"3\"").str(),
            "<img width=\"300\" height=\"2\" alt=\"frame &quot;3&quot;\" "
            "src=\"data:image/png;base64," +
                base64(png()) + "\">");
}

TEST(PictureTag, WhatIsNoPngIsNotShown) {
  std::vector<uint8_t> cut_off = png();
  cut_off.resize(20);
  for (const auto& file : {std::vector<uint8_t>{}, cut_off, bytes("GIF89a, and so on, and so on")})
    EXPECT_EQ(picture_tag(file, "x").str(), "<span class=\"quiet\">no picture</span>");
}

}  // namespace
}  // namespace flowreel::html
