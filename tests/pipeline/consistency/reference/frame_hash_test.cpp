#include "pipeline/consistency/reference/frame_hash.h"

#include <gtest/gtest.h>

namespace flowreel {
namespace {

TEST(FrameHash, OfNothing) {
  FrameHash hash;
  EXPECT_EQ(hash.hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// One frame of the bytes 0 … 11; `printf '\x00\x01…\x0b' | sha256sum`.
TEST(FrameHash, ReadsBytesInOrderWhateverTheSteps) {
  cv::Mat wide(2, 4, CV_8UC3, cv::Scalar::all(200));
  cv::Mat frame = wide(cv::Rect(1, 0, 2, 2));  // its rows do not touch
  for (int i = 0; i < 12; ++i)
    frame.at<cv::Vec3b>(i / 6, i / 3 % 2)[i % 3] = static_cast<uint8_t>(i);
  const char* expected = "fff3a9bcdd37363d703c1c4f9512533686157868f0d4f16a0f02d0f1da24f9a2";
  FrameHash one;
  one.add(frame);
  EXPECT_EQ(one.hex(), expected);
  FrameHash rows;
  rows.add(frame.row(0));
  rows.add(frame.row(1));
  EXPECT_EQ(rows.hex(), expected);
}

}  // namespace
}  // namespace flowreel
