// A worker with a child that does what a shell script says.
#include "pipeline/queue/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "errors/error.h"
#include "pipeline/queue/memory_store.h"
#include "pipeline/queue/unfinished.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

const std::string kDigest(64, 'a');

// Lines that the child may say; jobs hold a script, which it runs for each.
std::string says(const std::string& kind, const std::string& text = "", int64_t number = 0) {
  return "echo '{\"t\":\"" + kind + "\",\"text\":\"" + text +
         "\",\"number\":" + std::to_string(number) + ",\"total\":10}'; ";
}
const std::string kDone = says("done", kDigest);

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() {
    StoreOptions options;
    options.policy.first_delay_ms = 1;
    options.policy.max_delay_ms = 2;
    store_ = make_memory_store(options);
    options_.name = "w";
    options_.drain = true;
    options_.idle_ms = 5;
    options_.min_free_gib = 0;
    options_.attempt.output_dir = folder_ / "out";
    options_.attempt.lease_ms = 2000;
    options_.attempt.kill_ms = 200;
    options_.attempt.grace_ms = 500;
    // Runs what stands between the marks of each line it is given.
    options_.child.command = {
        "/bin/sh", "-c",
        "while read -r line; do script=${line#*<<}; eval \"${script%%>>*}\"; done"};
    events_.stop = [this] { return stop_.load(); };
    events_.log = [this](const std::string& text) {
      const std::lock_guard lock(mutex_);
      log_ += text + "\n";
    };
    events_.counted = [this](const WorkerCounts& counts) { counts_ = counts; };
  }

  // Quotes are lost on the way through JSON and the shell, so scripts go by file.
  int64_t submit(const std::string& script, const std::string& key) {
    const std::string path = folder_ / (key + ".sh");
    std::ofstream(path) << script;
    return store_->submit({"<<. " + path + ">>", key}).id;
  }
  WorkerEnd work() { return Worker(*store_, options_, events_).run(); }
  JobState state(int64_t id) { return store_->get(id).state; }
  bool is_there(const std::string& name) const { return std::filesystem::exists(folder_ / name); }
  void wait_for(const std::string& name) const {
    for (int i = 0; i < 1000 && !is_there(name); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ASSERT_TRUE(is_there(name)) << name;
  }
  std::string touch(const std::string& name) const { return "touch " + (folder_ / name) + "; "; }

  testing::ScratchFolder folder_;
  std::unique_ptr<JobStore> store_;
  WorkerOptions options_;
  WorkerEvents events_;
  WorkerCounts counts_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::string log_;
};

// The last attempt dies with its worker: nobody claims the job again, and yet nothing stays.
TEST_F(WorkerTest, WhatDeadWorkersLeftIsRemoved) {
  StoreOptions strict;
  strict.policy.max_crashes = 1;
  store_ = make_memory_store(strict);
  const auto leave = [&](const std::string& name) {
    std::filesystem::create_directories(folder_ / "out");
    std::filesystem::create_directories(folder_ / ("out/" + name));
  };
  const int64_t dead = store_->submit({.job = "{}", .key = "a.t1.b"}).id;
  const auto claim = store_->claim({.worker = "dead", .lease_ms = 1});
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ASSERT_EQ(store_->expire_leases(), 1);
  ASSERT_EQ(state(dead), JobState::kFailed);
  leave(".a.t1.b." + claim_tag(claim->token) + ".tmp");
  const int64_t alive = store_->submit({.job = "{}", .key = "alive"}).id;
  const auto other = store_->claim({.worker = "other"});
  leave(".alive." + claim_tag(other->token) + ".tmp");
  leave(".stranger.t1.tmp");
  // Written by a claim that was lost and did not know it yet.
  const int64_t done = store_->submit({.job = "{}", .key = "done"}).id;
  const auto third = store_->claim({.worker = "third"});
  store_->succeed(done, third->token, kDigest);
  for (const char* name : {"a.t1.b", "done", "stranger"})
    leave(".checkpoints/" + std::string(name) + ".safetensors");
  leave(".alive.Xy12.tmp");
  const auto finish = std::async(std::launch::async, [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_TRUE(is_there("out/.alive." + claim_tag(other->token) + ".tmp")) << "is being written";
    EXPECT_FALSE(is_there("out/.a.t1.b." + claim_tag(claim->token) + ".tmp"));
    store_->succeed(alive, other->token, kDigest);
  });
  EXPECT_EQ(work(), WorkerEnd::kDrained);
  EXPECT_FALSE(is_there("out/.alive." + claim_tag(other->token) + ".tmp"));
  EXPECT_TRUE(is_there("out/.stranger.t1.tmp")) << "of another queue";
  EXPECT_FALSE(is_there("out/.checkpoints/done.safetensors"));
  EXPECT_TRUE(is_there("out/.checkpoints/a.t1.b.safetensors")) << "it may be retried";
  EXPECT_TRUE(is_there("out/.checkpoints/stranger.safetensors"));
  EXPECT_TRUE(is_there("out/.alive.Xy12.tmp")) << "of no claim";
}

TEST_F(WorkerTest, OneChildWorksThroughTheQueue) {
  const int64_t a = submit(says("progress", "sample", 5) + kDone, "a"), b = submit(kDone, "b");
  EXPECT_EQ(work(), WorkerEnd::kDrained);
  EXPECT_EQ(state(a), JobState::kSucceeded);
  EXPECT_EQ(state(b), JobState::kSucceeded);
  EXPECT_EQ(store_->get(a).manifest_sha256, kDigest);
  EXPECT_EQ(counts_.succeeded, 2);
  EXPECT_EQ(counts_.children, 1);
  EXPECT_FALSE(counts_.busy);
}

TEST_F(WorkerTest, ExitCodesDecideWhetherAJobIsTriedAgain) {
  const int64_t bad = submit(says("failed", "width is odd", 65), "bad"),
                flaky = submit("if [ -e " + (folder_ / "tried") + " ]; then " + kDone + "else " +
                                   touch("tried") + says("failed", "disk", 74) + "fi",
                               "flaky"),
                hungry = submit(says("failed", "out of memory", 33), "hungry");
  options_.failures_in_a_row = 100;
  EXPECT_EQ(work(), WorkerEnd::kDrained);
  EXPECT_EQ(state(bad), JobState::kFailed);
  EXPECT_EQ(store_->get(bad).failure->message, "width is odd");
  EXPECT_EQ(state(flaky), JobState::kSucceeded);
  EXPECT_EQ(store_->get(flaky).counters.errors, 1);
  EXPECT_EQ(state(hungry), JobState::kFailed);
  EXPECT_EQ(store_->get(hungry).counters.memory_failures, 2);
}

// Case 41: the child dies each time; the jobs behind it flow.
TEST_F(WorkerTest, APoisonJobIsDeadAfterItsCrashes) {
  const int64_t poison = submit("kill -SEGV $$", "poison"), good = submit(kDone, "good");
  EXPECT_EQ(work(), WorkerEnd::kDrained);
  EXPECT_EQ(state(poison), JobState::kFailed);
  EXPECT_EQ(store_->get(poison).counters.crashes, 2);
  EXPECT_EQ(store_->get(poison).failure->exit_code, 128 + SIGSEGV);
  EXPECT_EQ(state(good), JobState::kSucceeded);
  EXPECT_GE(counts_.children, 2);
}

TEST_F(WorkerTest, AChildThatEndsOrTalksNonsenseCostsAnAttempt) {
  const int64_t ends = submit("exit 0", "ends"), nonsense = submit("echo hello", "nonsense");
  options_.failures_in_a_row = 100;
  EXPECT_EQ(work(), WorkerEnd::kDrained);
  for (const int64_t id : {ends, nonsense}) {
    EXPECT_EQ(state(id), JobState::kFailed);
    EXPECT_EQ(store_->get(id).counters.errors, 3);
  }
  EXPECT_EQ(store_->get(ends).failure->exit_code, 70);
}

// Case 42: no sign of work, though the process lives and does not listen to TERM.
TEST_F(WorkerTest, AChildThatHangsIsEndedAndTheStepIsNamed) {
  options_.attempt.stall_ms = 150;
  options_.attempt.kill_ms = 50;
  options_.failures_in_a_row = 100;
  const int64_t id =
      submit("trap '' TERM; " + says("progress", "sample", 3) + "while :; do sleep 1; done", "a");
  EXPECT_EQ(work(), WorkerEnd::kDrained);
  EXPECT_EQ(state(id), JobState::kFailed);
  EXPECT_NE(store_->get(id).failure->message.find("stalled at sample 3 of 10"), std::string::npos)
      << store_->get(id).failure->message;
}

TEST_F(WorkerTest, SignsOfWorkKeepASlowChildAlive) {
  options_.attempt.stall_ms = 400;
  const std::string tick = says("tick") + "sleep 0.15; ";
  const int64_t id = submit(tick + tick + tick + tick + tick + kDone, "a");
  EXPECT_EQ(work(), WorkerEnd::kDrained);
  EXPECT_EQ(state(id), JobState::kSucceeded);
}

// Case 50, while running: the child is told to end, and what it left is removed.
TEST_F(WorkerTest, ACancelledJobEnds) {
  options_.attempt.lease_ms = 80;
  const int64_t id = submit("mkdir -p " + (folder_ / "out/.a.t1.tmp") + "; " + touch("began") +
                                "while :; do " + says("tick") + "sleep 0.02; done",
                            "a");
  std::thread canceller([&] {
    wait_for("began");
    EXPECT_EQ(store_->cancel(id), CancelResult::kRequested);
  });
  EXPECT_EQ(work(), WorkerEnd::kDrained);
  canceller.join();
  EXPECT_EQ(state(id), JobState::kCancelled);
  EXPECT_EQ(counts_.released, 1);
  EXPECT_FALSE(is_there("out/.a.t1.tmp"));
}

TEST_F(WorkerTest, AWorkerThatStopsReleasesItsJob) {
  const int64_t id = submit("trap '" + touch("saved") + "exit 143' TERM; " + touch("began") +
                                "while :; do sleep 0.02; done",
                            "a");
  std::thread stopper([&] {
    wait_for("began");
    stop_ = true;
  });
  EXPECT_EQ(work(), WorkerEnd::kStopped);
  stopper.join();
  EXPECT_EQ(state(id), JobState::kQueued);
  EXPECT_EQ(store_->get(id).counters.releases, 1);
  EXPECT_EQ(store_->get(id).counters.failures(), 0);
  EXPECT_TRUE(is_there("saved")) << "the child had the time to save";
}

// Case 38: another worker has the job by now.
TEST_F(WorkerTest, ALostClaimPublishesNothing) {
  options_.attempt.lease_ms = 60'000;
  // It does not hear the TERM that follows the answer, so that there is time to write that down.
  const int64_t id = submit("trap '' TERM; " + touch("began") + "while [ ! -e " + (folder_ / "go") +
                                " ]; do sleep 0.01; done; " + says("may_i") +
                                "read -r answer; echo \"$answer\" > " + (folder_ / "answer") +
                                "; " + says("failed", "not ours", 75),
                            "a");
  std::thread thief([&] {
    wait_for("began");
    store_->release(id, store_->get(id).token, "taken away");
    std::ofstream(folder_ / "go") << "now";
  });
  options_.max_jobs = 1;
  EXPECT_EQ(work(), WorkerEnd::kEnough);
  thief.join();
  std::ifstream answer(folder_ / "answer");
  std::string line;
  std::getline(answer, line);
  EXPECT_NE(line.find("\"number\":0"), std::string::npos) << line;
  EXPECT_EQ(counts_.lost, 1);
  EXPECT_EQ(counts_.succeeded, 0);
  EXPECT_EQ(state(id), JobState::kQueued);
}

TEST_F(WorkerTest, MayPublishWhileTheClaimIsItsOwn) {
  const int64_t id = submit(says("may_i") + "read -r answer; case $answer in *'\"number\":1'*) " +
                                kDone + ";; *) " + says("failed", "no", 75) + ";; esac",
                            "a");
  EXPECT_EQ(work(), WorkerEnd::kDrained);
  EXPECT_EQ(state(id), JobState::kSucceeded);
}

TEST_F(WorkerTest, ThreeJobsInARowThatFailByNoFaultOfTheirOwnEndTheWorker) {
  store_ = make_memory_store({});  // none of them is tried again meanwhile
  for (const char* key : {"a", "b", "c", "d"}) submit(says("failed", "no device", 69), key);
  EXPECT_EQ(work(), WorkerEnd::kBroken);
  EXPECT_EQ(counts_.failed, 3);
}

TEST_F(WorkerTest, BadJobsInARowDoNot) {
  for (const char* key : {"a", "b", "c", "d"}) submit(says("failed", "bad", 65), key);
  EXPECT_EQ(work(), WorkerEnd::kDrained);
  EXPECT_EQ(counts_.failed, 4);
}

TEST_F(WorkerTest, AFullDiskClaimsNothing) {
  options_.min_free_gib = 1e9;
  options_.drain = false;
  const int64_t id = submit(kDone, "a");
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop_ = true;
  });
  EXPECT_EQ(work(), WorkerEnd::kStopped);
  stopper.join();
  EXPECT_EQ(state(id), JobState::kQueued);
  EXPECT_NE(log_.find("GiB free"), std::string::npos) << log_;
}

TEST_F(WorkerTest, AProgramThatIsNotThereIsTheWorkersFault) {
  options_.child.command = {folder_ / "absent"};
  const int64_t id = submit(kDone, "a");
  EXPECT_THROW(work(), UnavailableError);
  EXPECT_EQ(state(id), JobState::kQueued);
}

}  // namespace
}  // namespace flowreel
