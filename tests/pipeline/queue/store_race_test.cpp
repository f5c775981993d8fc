// The contract of JobStore among threads, processes and those who wait.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include "tests/pipeline/queue/store_fixture.h"

namespace flowreel {
namespace {

using testing::kSha;

class StoreRaceTest : public testing::StoreFixture {
 protected:
  // work(i) by 8 threads, each with a connection of its own.
  using Work = std::function<void(JobStore&, int)>;
  void by_threads(const Work& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([this, &work, i, store = open()] { work(*store, i); });
    }
    for (std::thread& thread : threads) thread.join();
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, StoreRaceTest, ::testing::ValuesIn(testing::store_kinds()),
                         testing::kind_name);

class StoreProcessesTest : public testing::StoreFixture {
 protected:
  // work(i) by 8 processes; how many of them failed.
  using Work = std::function<void(JobStore&, int)>;
  int by_processes(const Work& work);
};
INSTANTIATE_TEST_SUITE_P(Stores, StoreProcessesTest,
                         ::testing::ValuesIn(testing::shared_store_kinds()), testing::kind_name);

int StoreProcessesTest::by_processes(const Work& work) {
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      int code = 1;
      try {
        work(*open(), i);
        code = 0;
      } catch (const std::exception& error) {
        std::fprintf(stderr, "process %d: %s\n", i, error.what());
      }
      ::_exit(code);
    }
    children.push_back(child);
  }
  int failed = 0;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    failed += status != 0;
  }
  return failed;
}

// Case 30: one key, from all at once, is one job.
TEST_P(StoreRaceTest, OneKeyFromEightThreadsIsOneJob) {
  std::vector<int64_t> ids(8);
  std::vector<int> first(8);
  by_threads([&](JobStore& store, int i) {
    for (int k = 0; k < 5; ++k) {
      const auto result = store.submit({.job = "{}", .key = "key" + std::to_string(k)});
      if (k == 0) ids[static_cast<size_t>(i)] = result.id;
      first[static_cast<size_t>(i)] += !result.was_there;
    }
  });
  EXPECT_EQ(std::set<int64_t>(ids.begin(), ids.end()).size(), 1u);
  EXPECT_EQ(std::accumulate(first.begin(), first.end(), 0), 5);
  EXPECT_EQ(store_->list({}).size(), 5u);
}

TEST_P(StoreProcessesTest, OneKeyIsOneJob) {
  store_.reset();  // SQLite's locks do not survive a fork
  const int failed =
      by_processes([](JobStore& store, int) { store.submit({.job = "{}", .key = "k"}); });
  EXPECT_EQ(failed, 0);
  store_ = open();
  ASSERT_EQ(store_->list({}).size(), 1u);
  EXPECT_EQ(story(store_->list({})[0].id), "submitted");
}

TEST_P(StoreProcessesTest, EightMakeOneQueue) {
  place_ = GetParam().make();  // nobody has made it yet
  options_.mode = OpenMode::kCreate;
  const int failed = by_processes(
      [](JobStore& store, int i) { store.submit({.job = "{}", .key = std::to_string(i)}); });
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(open()->list({}).size(), 8u);
}

TEST_P(StoreRaceTest, NoJobIsClaimedTwice) {
  constexpr int kJobs = 40;
  for (int i = 0; i < kJobs; ++i) submit("");
  std::mutex mutex;
  std::multiset<int64_t> claimed;
  by_threads([&](JobStore& store, int i) {
    while (const auto claim = store.claim({.worker = "w" + std::to_string(i)})) {
      EXPECT_EQ(store.heartbeat(claim->id, claim->token, {}), Answer::kOk);
      EXPECT_EQ(store.succeed(claim->id, claim->token, kSha), Answer::kOk);
      const std::lock_guard lock(mutex);
      claimed.insert(claim->id);
    }
  });
  EXPECT_EQ(claimed.size(), static_cast<size_t>(kJobs));
  EXPECT_EQ(std::set<int64_t>(claimed.begin(), claimed.end()).size(), static_cast<size_t>(kJobs));
  EXPECT_EQ(store_->stats().jobs[JobState::kSucceeded], kJobs);
}

// Every claim of one job has a token of its own, also when releases and lost leases go through
// each other.
TEST_P(StoreRaceTest, TokensOfOneJobNeverMeet) {
  const int64_t id = submit("k");
  std::mutex mutex;
  std::multiset<int64_t> tokens;
  by_threads([&](JobStore& store, int i) {
    for (int k = 0; k < 10; ++k) {
      const auto claim = store.claim({.worker = "w" + std::to_string(i)});
      if (!claim) continue;
      EXPECT_EQ(store.release(claim->id, claim->token, ""), Answer::kOk);
      const std::lock_guard lock(mutex);
      tokens.insert(claim->token);
    }
  });
  EXPECT_EQ(std::set<int64_t>(tokens.begin(), tokens.end()).size(), tokens.size());
  EXPECT_EQ(store_->get(id).token, static_cast<int64_t>(tokens.size()));
  EXPECT_EQ(store_->history(id).size(), 1 + 2 * tokens.size());
}

TEST_P(StoreRaceTest, AClaimEndsOnce) {
  std::vector<Claim> claims;
  for (int i = 0; i < 6; ++i) {
    submit("");
    claims.push_back(claim().value());
  }
  std::atomic<int> ended = 0;
  by_threads([&](JobStore& store, int) {
    for (const Claim& claim : claims) ended += store.fail(claim.id, claim.token, {}) == Answer::kOk;
  });
  EXPECT_EQ(ended, 6);
  for (const Claim& claim : claims)
    EXPECT_EQ(store_->get(claim.id).counters, (Counters{.errors = 1}));
}

TEST_P(StoreRaceTest, ACancelIsNotLostAmongHeartbeats) {
  std::vector<Claim> claims;
  for (int i = 0; i < 6; ++i) {
    submit("");
    claims.push_back(claim().value());
  }
  by_threads([&](JobStore& store, int i) {
    for (const Claim& claim : claims) {
      if (i == 0) {
        EXPECT_EQ(store.cancel(claim.id), CancelResult::kRequested);
      } else {
        EXPECT_NE(store.heartbeat(claim.id, claim.token, {}), Answer::kLost);
      }
    }
  });
  for (const Claim& claim : claims)
    EXPECT_EQ(store_->heartbeat(claim.id, claim.token, {}), Answer::kCancel);
}

TEST_P(StoreRaceTest, OneObjectServesManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 5; ++k) submit("");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store_->list({}).size(), 20u);
}

TEST_P(StoreRaceTest, WaitingEndsWhenAJobComes) {
  using std::chrono::steady_clock;
  const auto waiter = open();
  EXPECT_FALSE(waiter->claim({.worker = "w"}));
  waiter->wait_for_work(0);  // a store may answer the first with true, for safety
  EXPECT_FALSE(waiter->claim({.worker = "w"}));
  const auto start = steady_clock::now();
  EXPECT_FALSE(waiter->wait_for_work(120));
  EXPECT_GE(steady_clock::now() - start, std::chrono::milliseconds(110));
  std::thread submitter([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    open()->submit({.job = "{}"});
  });
  EXPECT_TRUE(waiter->wait_for_work(20'000));
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(10));
  submitter.join();
  EXPECT_TRUE(waiter->claim({.worker = "w"}));
}

TEST_P(StoreRaceTest, WhatCameBeforeTheWaitIsHeard) {
  const auto waiter = open();
  waiter->wait_for_work(0);
  EXPECT_FALSE(waiter->claim({.worker = "w"}));
  const Claim held = [&] {
    submit("k");
    return open()->claim({.worker = "other"}).value();
  }();
  open()->release(held.id, held.token, "");
  EXPECT_TRUE(waiter->wait_for_work(20'000));
}

}  // namespace
}  // namespace flowreel
