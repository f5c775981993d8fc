#include "pipeline/queue/memory_store.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "pipeline/queue/table_store.h"

namespace flowreel {
namespace {

bool holds(const std::vector<JobState>& states, JobState state) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

bool goes_first(const StoredJob& a, const StoredJob& b) {
  return std::make_tuple(-int64_t{a.request.priority}, !a.at_head, a.id) <
         std::make_tuple(-int64_t{b.request.priority}, !b.at_head, b.id);
}

// Its verbs change nothing before they throw, so there is nothing to roll back.
class MemoryDatabase : public JobDatabase, private JobTable {
 public:
  explicit MemoryDatabase(std::shared_ptr<const Clock> clock) : clock_(std::move(clock)) {}

  void transact(Access, const Use& use) override {
    const std::lock_guard lock(mutex_);
    now_ = clock_->now();
    use(*this, /*again=*/false);
    changed_.notify_all();
  }
  bool wait_for_change(int64_t timeout_ms) override {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                             [&] { return changes_ != seen_changes_; });
  }

 private:
  Moment now() override { return now_; }

  std::optional<StoredJob> find(int64_t id) override {
    const auto found = jobs_.find(id);
    return found == jobs_.end() ? std::nullopt : std::optional(found->second.job);
  }
  std::optional<StoredJob> find_key(const std::string& key) override {
    return first([&](const StoredJob& job) { return job.request.key == key; });
  }
  std::optional<StoredJob> find_claim(const std::string& mark) override {
    return first([&](const StoredJob& job) {
      return job.state == JobState::kRunning && job.claim_mark == mark;
    });
  }
  std::optional<StoredJob> first_ready(const Needs& offers) override;
  std::vector<StoredJob> leases_over() override;

  std::optional<int64_t> insert(const StoredJob& job) override {
    if (!job.request.key.empty() && find_key(job.request.key)) return std::nullopt;
    StoredJob& kept = jobs_[++last_id_].job;
    kept = job;
    kept.id = last_id_;
    ++changes_;
    return last_id_;
  }
  void update(const StoredJob& job) override {
    jobs_.at(job.id).job = job;
    ++changes_;
  }
  void append(int64_t id, const Transition& transition) override {
    jobs_.at(id).history.push_back(transition);
  }

  std::vector<Transition> history(int64_t id) override { return jobs_.at(id).history; }
  std::vector<JobInfo> list(const ListFilter& filter) override;
  StoreStats stats() override;
  int64_t purge(int64_t changed_before_ms, const std::vector<JobState>& states) override {
    return static_cast<int64_t>(std::erase_if(jobs_, [&](const auto& item) {
      const StoredJob& job = item.second.job;
      return holds(states, job.state) && job.changed_ms <= changed_before_ms;
    }));
  }

  template <typename Test>
  std::optional<StoredJob> first(const Test& test) const {
    for (const auto& [id, kept] : jobs_) {
      if (test(kept.job)) return kept.job;
    }
    return std::nullopt;
  }

  struct Kept {
    StoredJob job;
    std::vector<Transition> history;
  };
  std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Moment now_;
  std::map<int64_t, Kept> jobs_;
  int64_t last_id_ = 0, changes_ = 0, seen_changes_ = 0;
};

std::optional<StoredJob> MemoryDatabase::first_ready(const Needs& offers) {
  seen_changes_ = changes_;
  const StoredJob* best = nullptr;
  for (const auto& [id, kept] : jobs_) {
    const StoredJob& job = kept.job;
    if (!is_ready(job, now_) || !fits(job.request.needs, offers)) continue;
    if (best == nullptr || goes_first(job, *best)) best = &job;
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

std::vector<StoredJob> MemoryDatabase::leases_over() {
  std::vector<StoredJob> over;
  for (const auto& [id, kept] : jobs_) {
    if (kept.job.state == JobState::kRunning && lease_is_over(kept.job, now_))
      over.push_back(kept.job);
  }
  return over;
}

std::vector<JobInfo> MemoryDatabase::list(const ListFilter& filter) {
  std::vector<JobInfo> found;
  for (auto it = jobs_.upper_bound(filter.after_id); it != jobs_.end(); ++it) {
    const StoredJob& job = it->second.job;
    if (!filter.states.empty() && !holds(filter.states, job.state)) continue;
    if (!filter.key.empty() && filter.key != job.request.key) continue;
    if (std::ssize(found) == filter.limit) break;
    found.push_back(job);
    found.back().request.job.clear();
  }
  return found;
}

StoreStats MemoryDatabase::stats() {
  StoreStats stats;
  for (int i = 0; i < kJobStates; ++i) stats.jobs[static_cast<JobState>(i)] = 0;
  for (const auto& [id, kept] : jobs_) {
    ++stats.jobs[kept.job.state];
    if (!is_ready(kept.job, now_)) continue;
    ++stats.ready;
    const int64_t age = now_.wall_ms - kept.job.not_before_ms;
    stats.oldest_ready_ms = std::max(stats.oldest_ready_ms.value_or(0), age);
  }
  return stats;
}

}  // namespace

std::unique_ptr<JobStore> make_memory_store(const StoreOptions& options) {
  auto clock = options.clock ? options.clock : std::make_shared<const SystemClock>();
  return make_table_store(std::make_unique<MemoryDatabase>(std::move(clock)), options.policy);
}

}  // namespace flowreel
