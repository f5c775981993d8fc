#include "pipeline/consistency/html/digits.h"

#include <gtest/gtest.h>

#include <limits>

namespace flowreel::html {
namespace {

TEST(Digits, FourCount) {
  EXPECT_EQ(digits(0.98), "0.9800");
  EXPECT_EQ(digits(31.4159), "31.42");
  EXPECT_EQ(digits(0.001234567), "0.001235");
  EXPECT_EQ(digits(123456.7), "123457");
  EXPECT_EQ(digits(-2.5), "−2.500");
}

TEST(Digits, RoundingUpDoesNotAddAFifth) {
  EXPECT_EQ(digits(9.99996), "10.00");
  EXPECT_EQ(digits(0.99999), "1.000");
}

TEST(Digits, WholeNumbersAreWhole) {
  EXPECT_EQ(digits(0), "0");
  EXPECT_EQ(digits(-0.0), "0");
  EXPECT_EQ(digits(7), "7");
  EXPECT_EQ(digits(123456), "123456");
  EXPECT_EQ(digits(-3), "−3");
}

TEST(Digits, VerySmallAndVeryLargeHaveAnExponent) {
  EXPECT_EQ(digits(4.1e-5), "4.100e−05");
  EXPECT_EQ(digits(1.5e12), "1.500e+12");
}

TEST(Digits, WhatIsNoNumberSaysSo) {
  EXPECT_EQ(digits(std::numeric_limits<double>::quiet_NaN()), "none");
  EXPECT_EQ(digits(-std::numeric_limits<double>::infinity()), "−∞");
}

TEST(Digits, AllOfThemAreAtHand) {
  EXPECT_EQ(number(1.0 / 3).str(),
            "<data value=\"0.3333333333333333\" title=\"0.3333333333333333\">0.3333</data>");
  EXPECT_EQ(number(-1e-7).str(), "<data value=\"-1e-07\" title=\"-1e-07\">−1.000e−07</data>");
}

TEST(Digits, SharesAreNeverRoundedToAllOrNothing) {
  EXPECT_EQ(percent(0.934), "93\u00a0%");
  EXPECT_EQ(percent(1), "100\u00a0%");
  EXPECT_EQ(percent(0.9999), "99\u00a0%");
  EXPECT_EQ(percent(0), "0\u00a0%");
  EXPECT_EQ(percent(0.001), "<\u00a01\u00a0%");
}

}  // namespace
}  // namespace flowreel::html
