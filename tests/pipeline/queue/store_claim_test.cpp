// The contract of JobStore: what a claim may do, and how it ends.
#include <limits>

#include "tests/pipeline/queue/store_fixture.h"

namespace flowreel {
namespace {

using testing::code_of;
using testing::kSha;
class StoreClaimTest : public testing::StoreFixture {};
INSTANTIATE_TEST_SUITE_P(Stores, StoreClaimTest, ::testing::ValuesIn(testing::store_kinds()),
                         testing::kind_name);

TEST_P(StoreClaimTest, AHeartbeatTellsHowFarItIs) {
  submit("k");
  const Claim claimed = claim("node-7").value();
  EXPECT_EQ(store_->heartbeat(claimed.id, claimed.token, {"denoise", 41.25}), Answer::kOk);
  JobInfo info = store_->get(claimed.id);
  EXPECT_EQ(info.state, JobState::kRunning);
  EXPECT_EQ(info.worker, "node-7");
  EXPECT_EQ(info.progress.stage, "denoise");
  EXPECT_EQ(info.progress.percent, 41.25);
  store_->heartbeat(claimed.id, claimed.token, {"encode", 1e9});
  EXPECT_EQ(store_->get(claimed.id).progress.percent, 100);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(store_->heartbeat(claimed.id, claimed.token, {"\xFF x", nan}), Answer::kOk);
  info = store_->get(claimed.id);
  EXPECT_EQ(info.progress.percent, 100);
  EXPECT_EQ(info.progress.stage, "? x");
}

TEST_P(StoreClaimTest, AHeartbeatBeginsTheLeaseAnew) {
  submit("k");
  const Claim claimed = store_->claim({.worker = "w", .lease_ms = 1000}).value();
  for (int i = 0; i < 3; ++i) {
    clock_->advance(999);
    EXPECT_EQ(store_->expire_leases(), 0);
    EXPECT_EQ(store_->heartbeat(claimed.id, claimed.token, {}), Answer::kOk);
  }
  clock_->advance(1000);
  EXPECT_EQ(store_->heartbeat(claimed.id, claimed.token, {}), Answer::kOk) << "late, but unnoticed";
  clock_->advance(1000);
  EXPECT_EQ(store_->expire_leases(), 1);
  EXPECT_EQ(store_->heartbeat(claimed.id, claimed.token, {}), Answer::kLost);
}

TEST_P(StoreClaimTest, SuccessIsFinalAndMayBeRepeated) {
  submit("k");
  const Claim claimed = claim().value();
  EXPECT_EQ(store_->succeed(claimed.id, claimed.token, kSha), Answer::kOk);
  const JobInfo info = store_->get(claimed.id);
  EXPECT_EQ(info.state, JobState::kSucceeded);
  EXPECT_EQ(info.manifest_sha256, kSha);
  EXPECT_EQ(store_->succeed(claimed.id, claimed.token, kSha), Answer::kOk);
  EXPECT_EQ(store_->succeed(claimed.id, claimed.token, std::string(64, '0')), Answer::kLost);
  EXPECT_EQ(store_->heartbeat(claimed.id, claimed.token, {}), Answer::kLost);
  EXPECT_EQ(store_->fail(claimed.id, claimed.token, {}), Answer::kLost);
  EXPECT_EQ(store_->release(claimed.id, claimed.token, ""), Answer::kLost);
  EXPECT_EQ(story(claimed.id), "submitted, claimed, succeeded");
  EXPECT_FALSE(claim());
  EXPECT_EQ(code_of([&] { store_->succeed(claimed.id, claimed.token, "abc"); }), 65);
}

TEST_P(StoreClaimTest, AnErrorIsTriedAgainLaterAndThenNoMore) {
  const int64_t id = submit("k");
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const Claim claimed = claim().value();
    EXPECT_EQ(claimed.attempt, attempt);
    EXPECT_EQ(store_->fail(id, claimed.token, {FailureClass::kTransient, 74, "disk\xFF"}),
              Answer::kOk);
    EXPECT_EQ(store_->fail(id, claimed.token, {}), Answer::kLost) << "it has ended";
    const JobInfo info = store_->get(id);
    EXPECT_EQ(info.state, attempt < 3 ? JobState::kRetryWait : JobState::kFailed);
    EXPECT_EQ(info.counters, (Counters{.errors = attempt}));
    EXPECT_EQ(info.failure->kind, FailureClass::kTransient);
    EXPECT_EQ(info.failure->exit_code, 74);
    EXPECT_EQ(info.failure->message, "disk?");
    if (attempt == 3) break;
    const Decision decision = decide({}, {.errors = attempt - 1}, FailureClass::kTransient, id);
    EXPECT_EQ(info.not_before_ms, clock_->now().wall_ms + decision.delay_ms);
    clock_->advance(decision.delay_ms - 1);
    EXPECT_FALSE(claim());
    clock_->advance(1);
  }
  pass_delay();
  EXPECT_FALSE(claim());
}

TEST_P(StoreClaimTest, APermanentFailureIsNotTriedAgain) {
  const int64_t id = submit("k");
  fail(claim().value(), FailureClass::kPermanent);
  EXPECT_EQ(state(id), JobState::kFailed);
  EXPECT_EQ(story(id), "submitted, claimed, permanent");
}

// Case 40: what was short of memory is tried once more.
TEST_P(StoreClaimTest, MemoryIsTriedOnceMore) {
  const int64_t id = submit("k");
  fail(claim().value(), FailureClass::kMemory);
  EXPECT_EQ(state(id), JobState::kRetryWait);
  pass_delay();
  fail(claim().value(), FailureClass::kMemory);
  EXPECT_EQ(state(id), JobState::kFailed);
}

// Case 41: who crashes each time is given up, and the others go on meanwhile.
TEST_P(StoreClaimTest, APoisonJobDiesAndHoldsNobodyUp) {
  const int64_t poison = submit("poison", 9), other = submit("other");
  fail(claim().value(), FailureClass::kCrash);
  EXPECT_EQ(state(poison), JobState::kRetryWait);
  EXPECT_EQ(claim().value().id, other);
  pass_delay();
  store_->heartbeat(other, 1, {});
  fail(claim().value(), FailureClass::kCrash);
  EXPECT_EQ(state(poison), JobState::kFailed);
  EXPECT_EQ(store_->get(poison).counters, (Counters{.crashes = 2}));
}

// Case 38: a worker that stood still beyond its lease hears that it has lost, and changes nothing.
TEST_P(StoreClaimTest, AZombieHasLost) {
  const int64_t id = submit("k");
  const Claim zombie = claim("zombie").value();
  pass_lease();
  EXPECT_FALSE(claim("second")) << "it waits before it is tried again";
  EXPECT_EQ(state(id), JobState::kRetryWait);
  pass_delay();
  const Claim second = claim("second").value();
  EXPECT_EQ(second.id, id);
  EXPECT_GT(second.token, zombie.token);
  EXPECT_EQ(second.attempt, 2);
  EXPECT_EQ(store_->heartbeat(id, zombie.token, {}), Answer::kLost);
  EXPECT_EQ(store_->succeed(id, zombie.token, kSha), Answer::kLost);
  EXPECT_EQ(store_->fail(id, zombie.token, {}), Answer::kLost);
  EXPECT_EQ(store_->release(id, zombie.token, ""), Answer::kLost);
  EXPECT_EQ(store_->get(id).worker, "second");
  EXPECT_EQ(store_->succeed(id, second.token, kSha), Answer::kOk);
  EXPECT_EQ(store_->succeed(id, zombie.token, kSha), Answer::kLost);
}

TEST_P(StoreClaimTest, LostLeasesAreCrashes) {
  const int64_t id = submit("k");
  claim("w1");
  pass_lease();
  EXPECT_EQ(store_->expire_leases(), 1);
  EXPECT_EQ(store_->expire_leases(), 0);
  pass_delay();
  claim("w2");
  pass_lease();
  EXPECT_EQ(store_->expire_leases(), 1);
  const JobInfo info = store_->get(id);
  EXPECT_EQ(info.state, JobState::kFailed);
  EXPECT_EQ(info.counters, (Counters{.crashes = 2}));
  EXPECT_EQ(info.failure->message, "the lease of worker w2 ran out");
}

TEST_P(StoreClaimTest, AReleaseGoesBackToTheHeadAndIsNotCounted) {
  const int64_t retried = submit("retried"), first = submit("first"), second = submit("second");
  const int64_t urgent = submit("urgent", 1);
  store_->cancel(retried);
  const Claim u = claim().value();
  const Claim a = claim().value(), b = claim().value();
  EXPECT_EQ(a.id, first);
  EXPECT_EQ(b.id, second);
  store_->retry(retried);
  EXPECT_EQ(store_->release(b.id, b.token, "SIGTERM"), Answer::kOk);
  EXPECT_EQ(store_->release(a.id, a.token, "SIGTERM"), Answer::kOk);
  EXPECT_EQ(store_->release(u.id, u.token, "SIGTERM"), Answer::kOk);
  EXPECT_EQ(store_->get(a.id).counters, (Counters{.releases = 1}));
  EXPECT_EQ(state(a.id), JobState::kQueued);
  for (const int64_t expected : {urgent, first, second, retried}) {
    const Claim again = claim().value();
    EXPECT_EQ(again.id, expected);
    EXPECT_EQ(again.attempt, 1);
  }
  EXPECT_EQ(story(a.id), "submitted, claimed, released, claimed");
}

TEST_P(StoreClaimTest, ReleasesNeverKillAJob) {
  const int64_t id = submit("k");
  for (int i = 0; i < 20; ++i) {
    const Claim claimed = claim().value();
    EXPECT_EQ(claimed.token, i + 1);
    EXPECT_EQ(store_->release(id, claimed.token, ""), Answer::kOk);
  }
  EXPECT_EQ(store_->get(id).counters, (Counters{.releases = 20}));
}

// Case 43: who sets the clock neither ends a lease nor prolongs it.
TEST_P(StoreClaimTest, LeasesDoNotGoByTheWallClock) {
  const int64_t id = submit("k");
  const Claim claimed = claim().value();
  for (const int64_t hours : {1, -2}) {
    clock_->set_wall_clock_by(hours * 3'600'000);
    EXPECT_EQ(store_->expire_leases(), 0);
    EXPECT_EQ(store_->heartbeat(id, claimed.token, {}), Answer::kOk);
  }
  clock_->set_wall_clock_by(-3'600'000);
  clock_->advance(59'999);
  EXPECT_EQ(store_->expire_leases(), 0);
  clock_->advance(1);
  EXPECT_EQ(store_->expire_leases(), 1) << "although the wall clock is before the claim";
}

// Case 45: after a reboot no process of before is left, whatever the numbers say.
TEST_P(StoreClaimTest, ARebootEndsLeases) {
  const int64_t id = submit("k");
  claim();
  clock_->reboot();
  EXPECT_EQ(store_->expire_leases(), 1);
  EXPECT_EQ(state(id), JobState::kRetryWait);
}

// Case 45: a new process with the number, and so the name, of one that is gone has not its jobs.
TEST_P(StoreClaimTest, ANameThatIsUsedAgainIsNoClaim) {
  const int64_t id = submit("k");
  const Claim first = claim("host:42").value();
  EXPECT_FALSE(claim("host:42"));
  pass_lease();
  EXPECT_FALSE(claim("host:42")) << "it waits before it is tried again";
  pass_delay();
  const Claim second = claim("host:42").value();
  EXPECT_EQ(second.id, id);
  EXPECT_EQ(store_->succeed(id, first.token, kSha), Answer::kLost);
  EXPECT_EQ(store_->succeed(id, second.token, kSha), Answer::kOk);
}

TEST_P(StoreClaimTest, NothingIsKnownOfAnUnknownJob) {
  EXPECT_EQ(store_->heartbeat(77, 1, {}), Answer::kLost);
  EXPECT_EQ(store_->succeed(77, 1, kSha), Answer::kLost);
  EXPECT_EQ(store_->fail(77, 1, {}), Answer::kLost);
  EXPECT_EQ(store_->release(77, 1, ""), Answer::kLost);
  const int64_t id = submit("k");
  EXPECT_EQ(store_->heartbeat(id, 0, {}), Answer::kLost) << "nobody has claimed it";
}

TEST_P(StoreClaimTest, HistoryTellsWhoDidWhatAndWhen) {
  const int64_t id = submit("k");
  clock_->advance(10);
  const Claim claimed = claim("node-7").value();
  clock_->advance(10);
  store_->fail(id, claimed.token, {FailureClass::kTransient, 75, "later; please"});
  const auto steps = store_->history(id);
  ASSERT_EQ(steps.size(), 3u);
  const int64_t start = clock_->now().wall_ms - 20;
  EXPECT_EQ(steps[0].at_ms, start);
  EXPECT_EQ(steps[0].worker, "");
  EXPECT_EQ(steps[1].at_ms, start + 10);
  EXPECT_EQ(steps[1].state, JobState::kRunning);
  EXPECT_EQ(steps[1].worker, "node-7");
  EXPECT_EQ(steps[1].token, 1);
  EXPECT_EQ(steps[1].text, "claimed, attempt 1");
  EXPECT_EQ(steps[2].state, JobState::kRetryWait);
  EXPECT_EQ(steps[2].worker, "node-7");
  EXPECT_EQ(steps[2].text.find("exit code 75: later; please; again in "), 0u) << steps[2].text;
  EXPECT_EQ(store_->get(id).changed_ms, start + 20);
}

}  // namespace
}  // namespace flowreel
