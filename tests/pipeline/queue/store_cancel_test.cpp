// The contract of JobStore: cancel and retry, in every state (case 50).
#include "tests/pipeline/queue/store_fixture.h"

namespace flowreel {
namespace {

using testing::code_of;
using testing::kSha;
class StoreCancelTest : public testing::StoreFixture {};
INSTANTIATE_TEST_SUITE_P(Stores, StoreCancelTest, ::testing::ValuesIn(testing::store_kinds()),
                         testing::kind_name);

TEST_P(StoreCancelTest, WhatWaitsIsCancelledAtOnce) {
  for (const JobState waiting : {JobState::kQueued, JobState::kRetryWait}) {
    const int64_t id = job_in(waiting);
    EXPECT_EQ(store_->cancel(id), CancelResult::kCancelled);
    EXPECT_EQ(state(id), JobState::kCancelled);
    EXPECT_EQ(store_->cancel(id), CancelResult::kWasOver) << "twice";
  }
  pass_delay();
  EXPECT_FALSE(claim());
}

TEST_P(StoreCancelTest, WhatIsOverStays) {
  for (const JobState over : {JobState::kSucceeded, JobState::kFailed, JobState::kCancelled}) {
    const int64_t id = job_in(over);
    const std::string before = story(id);
    EXPECT_EQ(store_->cancel(id), CancelResult::kWasOver);
    EXPECT_EQ(state(id), over);
    EXPECT_EQ(story(id), before);
  }
}

TEST_P(StoreCancelTest, ARunningJobHearsOfIt) {
  submit("k");
  const Claim claimed = claim().value();
  EXPECT_EQ(store_->cancel(claimed.id), CancelResult::kRequested);
  EXPECT_EQ(store_->cancel(claimed.id), CancelResult::kRequested);
  EXPECT_EQ(state(claimed.id), JobState::kRunning);
  EXPECT_TRUE(store_->get(claimed.id).cancel_requested);
  EXPECT_EQ(store_->heartbeat(claimed.id, claimed.token, {}), Answer::kCancel);
  EXPECT_EQ(store_->release(claimed.id, claimed.token, "cancel"), Answer::kOk);
  EXPECT_EQ(state(claimed.id), JobState::kCancelled);
  EXPECT_FALSE(store_->get(claimed.id).cancel_requested);
  EXPECT_EQ(story(claimed.id), "submitted, claimed, cancel requested, cancelled after released");
}

TEST_P(StoreCancelTest, ACancelledJobIsNotTriedAgainHoweverItEnds) {
  const int64_t failing = job_in(JobState::kRunning);
  store_->cancel(failing);
  EXPECT_EQ(store_->fail(failing, 1, {}), Answer::kOk);
  EXPECT_EQ(state(failing), JobState::kCancelled);
  const int64_t lost = job_in(JobState::kRunning);
  store_->cancel(lost);
  pass_lease();
  EXPECT_EQ(store_->expire_leases(), 1);
  EXPECT_EQ(state(lost), JobState::kCancelled);
}

TEST_P(StoreCancelTest, WhatIsPublishedIsDone) {
  const int64_t id = job_in(JobState::kRunning);
  store_->cancel(id);
  EXPECT_EQ(store_->succeed(id, 1, kSha), Answer::kOk);
  EXPECT_EQ(state(id), JobState::kSucceeded);
  EXPECT_FALSE(store_->get(id).cancel_requested);
}

TEST_P(StoreCancelTest, AnUnknownIdIsMissing) {
  EXPECT_EQ(code_of([&] { store_->cancel(77); }), 66);
  EXPECT_EQ(code_of([&] { store_->retry(77); }), 66);
  EXPECT_EQ(code_of([&] { store_->get(77); }), 66);
  EXPECT_EQ(code_of([&] { store_->history(77); }), 66);
}

TEST_P(StoreCancelTest, RetryBeginsWithFreshCounters) {
  const int64_t id = job_in(JobState::kRetryWait);
  pass_delay();
  fail(claim().value(), FailureClass::kPermanent);
  EXPECT_EQ(state(id), JobState::kFailed);
  store_->retry(id);
  const JobInfo info = store_->get(id);
  EXPECT_EQ(info.state, JobState::kQueued);
  EXPECT_EQ(info.counters, Counters{});
  const Claim claimed = claim().value();
  EXPECT_EQ(claimed.token, 3) << "the token rises on, so that no old claim fits";
  EXPECT_EQ(claimed.attempt, 1);
  EXPECT_EQ(store_->heartbeat(id, 2, {}), Answer::kLost);
}

TEST_P(StoreCancelTest, RetryTakesOnlyWhatHasEndedWithoutSuccess) {
  for (const JobState other :
       {JobState::kQueued, JobState::kRunning, JobState::kRetryWait, JobState::kSucceeded}) {
    const int64_t id = job_in(other);
    EXPECT_EQ(code_of([&] { store_->retry(id); }), 64) << name_of(other);
    EXPECT_EQ(state(id), other);
    store_->cancel(id);
    store_->expire_leases();
    if (other == JobState::kQueued) {
      store_->retry(id);
      EXPECT_EQ(state(id), JobState::kQueued);
      store_->cancel(id);
    }
  }
}

}  // namespace
}  // namespace flowreel
