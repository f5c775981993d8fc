// Random calls to a store and to the reference, under a clock that jumps: they must agree.
#include <map>
#include <random>
#include <vector>

#include "tests/pipeline/queue/reference_queue.h"
#include "tests/pipeline/queue/store_fixture.h"

namespace flowreel {
namespace {

using testing::kSha;
using testing::ReferenceJob;

class StoreModelTest : public testing::StoreFixture {
 protected:
  int pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  int64_t now() const { return clock_->now().wall_ms; }
  // Of what was claimed at some time, perhaps long ago, or of nothing.
  Claim some_claim() {
    if (!claims_.empty()) return claims_[pick_index()];
    Claim none;
    none.id = none.token = 1;
    return none;
  }
  size_t pick_index() {
    // Mostly one of the latest, which may still hold.
    const size_t back = static_cast<size_t>(pick(pick(3) == 0 ? 50 : 4));
    return claims_.size() - 1 - std::min(back, claims_.size() - 1);
  }
  int64_t some_job() { return 1 + pick(static_cast<int>(last_id_) + 2); }

  void step();
  void do_submit();
  void do_claim();
  void do_end();
  void do_cancel_or_retry();
  void do_purge();
  void check_job(int64_t id);
  void check_all();

  std::mt19937 random_{20240601};
  testing::ReferenceQueue model_;
  std::vector<Claim> claims_;
  std::map<int64_t, int64_t> latest_token_;
  int64_t last_id_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Stores, StoreModelTest, ::testing::ValuesIn(testing::store_kinds()),
                         testing::kind_name);

void StoreModelTest::do_submit() {
  const std::string key = pick(3) == 0 ? "" : "key" + std::to_string(pick(40));
  const int64_t delay = pick(3) == 0 ? pick(50'000) : 0;
  const int priority = pick(3) - 1;
  const SubmitResult result =
      store_->submit({.job = "{}", .key = key, .priority = priority, .delay_ms = delay});
  const int64_t there = key.empty() ? 0 : model_.find_key(key);
  ASSERT_EQ(result.was_there, there != 0);
  if (there != 0) {
    ASSERT_EQ(result.id, there);
    return;
  }
  ASSERT_GT(result.id, last_id_);
  last_id_ = result.id;
  ReferenceJob& job = model_.jobs[result.id];
  job.key = key;
  job.priority = priority;
  job.not_before = now() + delay;
}

void StoreModelTest::do_claim() {
  const int64_t lease = 1000 * (1 + pick(60));
  const auto claimed = store_->claim({.worker = "w", .lease_ms = lease});
  const int64_t expected = model_.claim(now(), lease);
  ASSERT_EQ(claimed ? claimed->id : 0, expected);
  if (!claimed) return;
  ASSERT_EQ(claimed->token, model_.jobs[expected].token);
  ASSERT_GT(claimed->token, latest_token_[claimed->id]) << "the fence";
  latest_token_[claimed->id] = claimed->token;
  ASSERT_EQ(claimed->attempt, model_.jobs[expected].counters.failures() + 1);
  claims_.push_back(*claimed);
}

void StoreModelTest::do_end() {
  const Claim claim = some_claim();
  const bool holds = model_.holds(claim.id, claim.token);
  const int how = pick(6);
  if (how == 0) {
    const bool said = model_.jobs.contains(claim.id) &&
                      model_.jobs[claim.id].token == claim.token &&
                      model_.jobs[claim.id].state == JobState::kSucceeded;
    const Answer answer = store_->succeed(claim.id, claim.token, kSha);
    ASSERT_EQ(answer, holds || said ? Answer::kOk : Answer::kLost);
    if (holds) {
      model_.jobs[claim.id].state = JobState::kSucceeded;
      model_.jobs[claim.id].cancel = false;
    }
    return;
  }
  if (how == 1) {
    const Answer answer = store_->heartbeat(claim.id, claim.token, {"s", 1});
    const bool cancel = holds && model_.jobs[claim.id].cancel;
    ASSERT_EQ(answer, cancel ? Answer::kCancel : holds ? Answer::kOk : Answer::kLost);
    if (holds) model_.jobs[claim.id].lease_end = now() + model_.jobs[claim.id].lease;
    return;
  }
  constexpr FailureClass kKinds[] = {FailureClass::kPermanent, FailureClass::kTransient,
                                     FailureClass::kMemory, FailureClass::kCrash,
                                     FailureClass::kReleased};
  const FailureClass kind = kKinds[pick(5)];
  const Answer answer = store_->fail(claim.id, claim.token, {kind, 0, "m"});
  ASSERT_EQ(answer, holds ? Answer::kOk : Answer::kLost);
  if (holds) model_.end(claim.id, kind, now());
}

void StoreModelTest::do_cancel_or_retry() {
  const int64_t id = some_job();
  const bool cancel = pick(2) == 0;
  const int code = testing::code_of([&] {
    if (cancel) {
      store_->cancel(id);
    } else {
      store_->retry(id);
    }
  });
  if (!model_.jobs.contains(id)) {
    ASSERT_EQ(code, 66);
    return;
  }
  ReferenceJob& job = model_.jobs[id];
  const bool can_retry = job.state == JobState::kFailed || job.state == JobState::kCancelled;
  ASSERT_EQ(code, cancel || can_retry ? 0 : 64);
  if (code != 0) return;
  if (!cancel) {
    job.state = JobState::kQueued;
    job.counters = {};
    job.not_before = now();
    job.released = false;
  } else if (job.state == JobState::kRunning) {
    job.cancel = true;
  } else if (!is_final(job.state)) {
    job.state = JobState::kCancelled;
  }
}

void StoreModelTest::do_purge() {
  const JobState state = pick(2) == 0 ? JobState::kSucceeded : JobState::kCancelled;
  const auto gone = static_cast<int64_t>(
      std::erase_if(model_.jobs, [&](const auto& item) { return item.second.state == state; }));
  ASSERT_EQ(store_->purge(0, {state}), gone);
}

void StoreModelTest::step() {
  switch (pick(20)) {
    case 0:
      return clock_->advance(pick(120'000));
    case 1:
      ASSERT_EQ(store_->expire_leases(), model_.expire(now()));
      return;
    case 2:
      return pick(10) == 0 ? do_purge() : clock_->advance(1);
    case 3:
    case 4:
      return do_cancel_or_retry();
    case 5:
    case 6:
    case 7:
    case 8:
      return do_submit();
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
      return do_claim();
    default:
      return do_end();
  }
}

void StoreModelTest::check_job(int64_t id) {
  const JobInfo info = store_->get(id);
  const ReferenceJob& job = model_.jobs[id];
  ASSERT_EQ(info.state, job.state) << "job " << id;
  ASSERT_EQ(info.cancel_requested, job.cancel) << "job " << id;
  ASSERT_EQ(info.counters, job.counters) << "job " << id;
  ASSERT_EQ(info.token, job.token) << "job " << id;
  ASSERT_EQ(info.request.key, job.key) << "job " << id;
  if (job.state == JobState::kQueued || job.state == JobState::kRetryWait) {
    ASSERT_EQ(info.not_before_ms, job.not_before) << "job " << id;
  }
}

void StoreModelTest::check_all() {
  std::vector<int64_t> ids;
  for (const JobInfo& info : store_->list({})) ids.push_back(info.id);
  std::vector<int64_t> expected;
  std::map<JobState, int64_t> counts;
  for (const auto& [id, job] : model_.jobs) {
    expected.push_back(id);
    ++counts[job.state];
  }
  ASSERT_EQ(ids, expected);
  for (const auto& [state, count] : store_->stats().jobs) ASSERT_EQ(count, counts[state]);
  for (const int64_t id : ids) ASSERT_NO_FATAL_FAILURE(check_job(id));
}

TEST_P(StoreModelTest, AgreesWithTheReference) {
  constexpr int kSteps = 800;
  for (int i = 0; i < kSteps; ++i) {
    ASSERT_NO_FATAL_FAILURE(step()) << "step " << i;
    if (i % 50 != 0) continue;
    ASSERT_NO_FATAL_FAILURE(check_all()) << "step " << i;
  }
  ASSERT_NO_FATAL_FAILURE(check_all());
  EXPECT_GT(claims_.size(), 100u) << "the calls must reach what they test";
}

}  // namespace
}  // namespace flowreel
