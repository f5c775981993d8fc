#include "pipeline/consistency/html/flow_colours.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "errors/error.h"

namespace flowreel {
namespace {

// The colour of one flow when 10 pixels are full.
cv::Vec3b colour(double x, double y) {
  const cv::Mat flow(1, 1, CV_32FC2, cv::Scalar(x, y));
  return flow_picture(flow, 10).at<cv::Vec3b>(0, 0);
}

TEST(FlowColours, HueIsTheDirection) {
  EXPECT_EQ(colour(10, 0), cv::Vec3b(255, 0, 0));     // right: red
  EXPECT_EQ(colour(-10, 0), cv::Vec3b(0, 255, 255));  // left: cyan
  // Down lies between yellow and green, up between blue and magenta: half of 255, rounded either
  // way.
  const cv::Vec3b down = colour(0, 10), up = colour(0, -10);
  EXPECT_NEAR(down[0], 127.5, 0.5);
  EXPECT_EQ(cv::Vec3b(0, down[1], down[2]), cv::Vec3b(0, 255, 0));
  EXPECT_NEAR(up[0], 127.5, 0.5);
  EXPECT_EQ(cv::Vec3b(0, up[1], up[2]), cv::Vec3b(0, 0, 255));
  const double third = 10 * std::sqrt(0.75);
  EXPECT_EQ(colour(-5, third), cv::Vec3b(0, 255, 0));    // 120 degrees
  EXPECT_EQ(colour(5, -third), cv::Vec3b(255, 0, 255));  // 300 degrees
}

TEST(FlowColours, ColourIsTheSpeed) {
  EXPECT_EQ(colour(0, 0), cv::Vec3b(255, 255, 255));
  EXPECT_EQ(colour(5, 0), cv::Vec3b(255, 128, 128));
  EXPECT_EQ(colour(25, 0), cv::Vec3b(191, 0, 0));  // half way to the darkest
  EXPECT_EQ(colour(40, 0), cv::Vec3b(128, 0, 0));
  EXPECT_EQ(colour(400, 0), cv::Vec3b(128, 0, 0));
}

TEST(FlowColours, WhatIsNoNumberIsGrey) {
  EXPECT_EQ(colour(std::numeric_limits<double>::quiet_NaN(), 0), cv::Vec3b(128, 128, 128));
  EXPECT_EQ(colour(0, std::numeric_limits<double>::infinity()), cv::Vec3b(128, 128, 128));
}

TEST(FlowColours, FullMustBeASpeed) {
  const cv::Mat flow(1, 1, CV_32FC2, cv::Scalar(0, 0));
  EXPECT_THROW(flow_picture(flow, 0), UsageError);
  EXPECT_THROW(flow_picture(flow, std::nan("")), UsageError);
}

TEST(FlowColours, FullIsARoundSpeedThatFewExceed) {
  cv::Mat flow(10, 100, CV_32FC2, cv::Scalar(3, 4));
  EXPECT_EQ(flow_full(flow), 5);
  flow.at<cv::Vec2f>(0, 0) = {500, 0};  // one in a thousand
  EXPECT_EQ(flow_full(flow), 5);
  EXPECT_EQ(flow_full(cv::Mat(4, 4, CV_32FC2, cv::Scalar(0.1, 0))), 1);
  EXPECT_EQ(flow_full(cv::Mat(4, 4, CV_32FC2, cv::Scalar(0, 60))), 100);
  EXPECT_EQ(flow_full(cv::Mat(4, 4, CV_32FC2, cv::Scalar(0, 2.5))), 3);
  EXPECT_EQ(flow_full(cv::Mat()), 1);
}

TEST(DifferencePicture, IsAmplifiedByChannel) {
  const cv::Mat a(2, 3, CV_8UC3, cv::Scalar(10, 100, 200));
  const cv::Mat b(2, 3, CV_8UC3, cv::Scalar(12, 100, 160));
  EXPECT_EQ(difference_picture(a, b).at<cv::Vec3b>(1, 2), cv::Vec3b(16, 0, 255));
  EXPECT_EQ(difference_picture(b, a, 2).at<cv::Vec3b>(1, 2), cv::Vec3b(4, 0, 80));
}

TEST(DifferencePicture, NeedsPicturesOfAKind) {
  const cv::Mat a(2, 3, CV_8UC3), wider(2, 4, CV_8UC3), grey(2, 3, CV_8U);
  EXPECT_THROW(difference_picture(a, wider), DataError);
  EXPECT_THROW(difference_picture(a, grey), DataError);
}

}  // namespace
}  // namespace flowreel
