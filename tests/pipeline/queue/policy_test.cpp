#include "pipeline/queue/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "errors/error.h"

namespace flowreel {
namespace {

using enum FailureClass;
using enum Verdict;

TEST(Policy, EveryExitCodeHasItsClass) {
  for (const int code : {64, 65, 66, 73, 77, 78})
    EXPECT_EQ(class_of_exit(code), kPermanent) << code;
  for (const int code : {69, 70, 74, 75}) EXPECT_EQ(class_of_exit(code), kTransient) << code;
  for (const int code : {1, 2, 126, 127, 128}) EXPECT_EQ(class_of_exit(code), kTransient) << code;
  EXPECT_EQ(class_of_exit(33), kMemory);
  EXPECT_EQ(class_of_exit(130), kReleased);
  EXPECT_EQ(class_of_exit(143), kReleased);
  for (const int code : {129, 131, 134, 137, 139, 255})
    EXPECT_EQ(class_of_exit(code), kCrash) << code;
  for (const int signal : {1, 2, 6, 9, 11, 15})
    EXPECT_EQ(class_of_signal(signal), kCrash) << signal;
  for (const int code : {-1, 0, 256}) EXPECT_THROW(class_of_exit(code), NumericsError) << code;
}

TEST(Policy, ErrorsOfTheHouseAreClassifiedByTheirCode) {
  EXPECT_EQ(class_of_exit(MemoryError("").exit_code()), kMemory);
  EXPECT_EQ(class_of_exit(DataError("").exit_code()), kPermanent);
  EXPECT_EQ(class_of_exit(UnavailableError("").exit_code()), kTransient);
  EXPECT_EQ(class_of_exit(Interrupted("").exit_code()), kReleased);
}

TEST(Policy, NamesGoThereAndBack) {
  for (const FailureClass kind : {kPermanent, kTransient, kMemory, kCrash, kReleased})
    EXPECT_EQ(failure_class(name_of(kind)), kind);
  EXPECT_THROW(failure_class("bad"), NumericsError);
}

TEST(Policy, EachClassCountsForItself) {
  struct Case {
    Counters before;
    FailureClass kind;
    Verdict verdict;
    Counters after;
  };
  const Case cases[] = {
      {{}, kPermanent, kGiveUp, {}},
      {{}, kTransient, kRetryLater, {.errors = 1}},
      {{.errors = 1}, kTransient, kRetryLater, {.errors = 2}},
      {{.errors = 2}, kTransient, kGiveUp, {.errors = 3}},
      {{}, kMemory, kRetryLater, {.memory_failures = 1}},
      {{.memory_failures = 1}, kMemory, kGiveUp, {.memory_failures = 2}},
      {{}, kCrash, kRetryLater, {.crashes = 1}},
      {{.crashes = 1}, kCrash, kGiveUp, {.crashes = 2}},
      {{.errors = 2, .crashes = 1}, kMemory, kRetryLater, {2, 1, 1, 0}},
      {{.errors = 2, .memory_failures = 1}, kCrash, kRetryLater, {2, 1, 1, 0}},
      {{.errors = 2, .crashes = 1, .releases = 1000}, kReleased, kQueueAgain, {2, 1, 0, 1001}},
  };
  for (const Case& one : cases) {
    const Decision decision = decide({}, one.before, one.kind, 7);
    EXPECT_EQ(decision.verdict, one.verdict) << name_of(one.kind);
    EXPECT_EQ(decision.counters, one.after) << name_of(one.kind);
    EXPECT_EQ(decision.delay_ms > 0, one.verdict == kRetryLater) << name_of(one.kind);
  }
}

// 15 s * 4^(n - 1) within 20 %, and never more than ten minutes.
TEST(Policy, DelaysGrowFourfoldUpToTenMinutes) {
  RetryPolicy policy;
  policy.max_errors = 100;
  double least = 2, most = 0;
  for (int64_t id = 1; id <= 200; ++id) {
    const int64_t even[] = {15'000, 60'000, 240'000, 600'000, 600'000};
    for (int failures = 0; failures < 5; ++failures) {
      const Decision decision = decide(policy, {.errors = failures}, kTransient, id);
      const double factor = static_cast<double>(decision.delay_ms) / even[failures];
      EXPECT_LE(decision.delay_ms, 600'000);
      if (failures > 2) {
        EXPECT_EQ(decision.delay_ms, 600'000) << "15 s * 64 is beyond it even less 20 %";
        continue;
      }
      least = std::min(least, factor);
      most = std::max(most, factor);
    }
  }
  EXPECT_GE(least, 0.8);
  EXPECT_LT(least, 0.82);
  EXPECT_LE(most, 1.2);
  EXPECT_GT(most, 1.18);
}

TEST(Policy, JitterIsOfTheJobAndTheFailureAlone) {
  std::set<int64_t> delays;
  for (int64_t id = 1; id <= 100; ++id) {
    const int64_t delay = decide({}, {}, kTransient, id).delay_ms;
    EXPECT_EQ(decide({}, {}, kCrash, id).delay_ms, delay);
    delays.insert(delay);
  }
  EXPECT_GT(delays.size(), 90u) << "jobs that failed together do not come back together";
  EXPECT_EQ(decide({}, {}, kTransient, 1).delay_ms, decide({}, {}, kTransient, 1).delay_ms);
  RetryPolicy even;
  even.jitter = 0;
  EXPECT_EQ(decide(even, {}, kTransient, 1).delay_ms, 15'000);
}

}  // namespace
}  // namespace flowreel
