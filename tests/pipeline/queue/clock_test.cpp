#include "pipeline/queue/clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

namespace flowreel {
namespace {

TEST(Clock, TheSystemClockReadsBoth) {
  const SystemClock clock;
  const Moment first = clock.now(), second = clock.now();
  const int64_t wall = std::chrono::duration_cast<std::chrono::milliseconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count();
  EXPECT_LT(std::abs(wall - first.wall_ms), 10'000);
  EXPECT_GE(second.lease_ms, first.lease_ms);
  EXPECT_GT(first.lease_ms, 0);
  EXPECT_EQ(first.boot.size(), 36u) << first.boot;
  EXPECT_EQ(SystemClock().now().boot, first.boot);
}

}  // namespace
}  // namespace flowreel
