#include "pipeline/evaluate/interval.h"

#include <gtest/gtest.h>

#include "errors/error.h"

namespace flowreel {
namespace {

void expect_interval(int64_t right, int64_t of, double low, double high) {
  const Interval interval = wilson_interval(right, of);
  EXPECT_NEAR(interval.low, low, 5e-5) << right << " of " << of;
  EXPECT_NEAR(interval.high, high, 5e-5) << right << " of " << of;
}

TEST(Interval, KnownValues) {
  expect_interval(81, 263, 0.2553, 0.3662);  // Newcombe 1998, table I, method 3
  expect_interval(15, 148, 0.0624, 0.1605);
  expect_interval(0, 20, 0, 0.1611);
  expect_interval(1, 29, 0.0061, 0.1718);
  expect_interval(29, 29, 0.8830, 1);
}

TEST(Interval, WithoutTrialsNothingIsKnown) { expect_interval(0, 0, 0, 1); }

TEST(Interval, MoreThanAllIsRefused) {
  EXPECT_THROW(wilson_interval(3, 2), UsageError);
  EXPECT_THROW(wilson_interval(-1, 2), UsageError);
}

}  // namespace
}  // namespace flowreel
