#include "pipeline/flow/elementary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

#include "pipeline/flow/philox.h"

namespace flowreel {
namespace {

// Error of `value` in units of the last place of the true value, which is given in long double.
double ulps(double value, long double exact) {
  const auto rounded = static_cast<double>(exact);
  const double unit = std::nextafter(std::fabs(rounded), INFINITY) - std::fabs(rounded);
  return static_cast<double>(std::fabs(value - exact) / unit);
}

// The uniforms that Box-Muller can meet: both ends, the places where a case changes, and random
// ones.
std::vector<double> uniforms() {
  std::vector<double> values;
  for (double centre :
       {0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.7071067811865476, 0.75, 0.875, 1.0}) {
    for (int i = -2000; i < 2000; ++i) {
      const double u = std::floor(centre * 0x1p32) * 0x1p-32 + (i + 0.5) * 0x1p-32;
      if (u > 0 && u < 1) values.push_back(u);
    }
  }
  for (uint32_t i = 0; i < 100000; ++i) {
    for (uint32_t word : philox_block({i, 0, 0, 0}, {1, 2}))
      values.push_back((word + 0.5) * 0x1p-32);
  }
  return values;
}

// sin 2 pi u, reduced so that long double is exact enough near every zero.
long double exact_sin(double u) {
  if (u > 0.75) return exact_sin(u - 1.0);
  if (u > 0.25) return -exact_sin(u - 0.5);
  return std::sin(2 * std::numbers::pi_v<long double> * u);
}

long double exact_cos(double u) {
  if (u > 0.5) return exact_cos(1.0 - u);
  return exact_sin(0.25 - u);
}

TEST(Elementary, LogIsWithinTwoUlpAndCloseToLibm) {
  double worst = 0;
  double worst_relative = 0;
  std::vector<double> values = uniforms();
  for (double x : {0x1p-1022, 1e-300, 1.5, 2.0, 10.0, 1e300}) values.push_back(x);
  for (double x : values) {
    const double y = reproducible_log(x);
    worst = std::max(worst, ulps(y, std::log(static_cast<long double>(x))));
    worst_relative = std::max(worst_relative, std::fabs(y / std::log(x) - 1));
  }
  EXPECT_LE(worst, 2.0);
  EXPECT_LE(worst_relative, 1e-15);
  RecordProperty("worst_ulp", std::to_string(worst));
  EXPECT_EQ(reproducible_log(1.0), 0.0);
}

TEST(Elementary, SineAndCosineAreWithinTwoUlp) {
  double worst = 0;
  for (double u : uniforms()) {
    const SinCos value = reproducible_sincos_turns(u);
    worst = std::max({worst, ulps(value.sin, exact_sin(u)), ulps(value.cos, exact_cos(u))});
  }
  EXPECT_LE(worst, 2.0);
  RecordProperty("worst_ulp", std::to_string(worst));
}

// The bits are the promise: a digest of the bits of many values, which no compiler or machine may
// change.
TEST(Elementary, BitsAreTheSameEverywhere) {
  uint64_t log_bits = 0;
  uint64_t sin_bits = 0;
  uint64_t cos_bits = 0;
  for (double u : uniforms()) {
    const SinCos value = reproducible_sincos_turns(u);
    log_bits = log_bits * 31 + std::bit_cast<uint64_t>(reproducible_log(u));
    sin_bits = sin_bits * 31 + std::bit_cast<uint64_t>(value.sin);
    cos_bits = cos_bits * 31 + std::bit_cast<uint64_t>(value.cos);
  }
  EXPECT_EQ(log_bits, 0x467f2492570c77acu);
  EXPECT_EQ(sin_bits, 0x28f791dbcd1eb3au);
  EXPECT_EQ(cos_bits, 0xeceb6ddc755ddb0u);
}

TEST(Elementary, QuarterTurnsAreExact) {
  const double sines[] = {0, 1, 0, -1, 0};
  const double cosines[] = {1, 0, -1, 0, 1};
  for (int q = 0; q <= 4; ++q) {
    const SinCos value = reproducible_sincos_turns(q * 0.25);
    EXPECT_EQ(value.sin, sines[q]);
    EXPECT_EQ(value.cos, cosines[q]);
  }
}

}  // namespace
}  // namespace flowreel
