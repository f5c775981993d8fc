// One queue of the kind under test, with time in the test's hand.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "errors/error.h"
#include "tests/pipeline/queue/store_place.h"

namespace flowreel::testing {

constexpr char kSha[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

class StoreFixture : public ::testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override;

  // Another connection to the same queue.
  std::shared_ptr<JobStore> open() { return place_->open(options_); }

  int64_t submit(const std::string& key, int priority = 0) {
    return store_->submit({.job = "{}", .key = key, .priority = priority}).id;
  }
  std::optional<Claim> claim(const std::string& worker = "w") {
    return store_->claim({.worker = worker});
  }
  JobState state(int64_t id) { return store_->get(id).state; }
  // "submitted, claimed, ..." up to the first punctuation of each text.
  std::string story(int64_t id);
  void fail(const Claim& claim, FailureClass kind = FailureClass::kTransient) {
    EXPECT_EQ(store_->fail(claim.id, claim.token, {kind, 0, ""}), Answer::kOk);
  }
  // Makes what waits for another attempt ready.
  void pass_delay() { clock_->advance(600'000); }
  void pass_lease() { clock_->advance(60'000); }
  // Takes a new job to a state; its id.
  int64_t job_in(JobState state);

  std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
  StoreOptions options_;
  std::unique_ptr<StorePlace> place_;
  std::shared_ptr<JobStore> store_;
};

// The code with which an action fails; 0 when it does not.
template <typename Action>
int code_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.exit_code();
  }
  return 0;
}

}  // namespace flowreel::testing
