// The contract of JobStore once more, as short as it can be said: what random calls are compared
// with. Knows nothing of history, labels and messages.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pipeline/queue/store.h"

namespace flowreel::testing {

struct ReferenceJob {
  JobState state = JobState::kQueued;
  std::string key;
  int priority = 0;
  bool released = false, cancel = false;
  int64_t not_before = 0, lease = 0, lease_end = 0, token = 0;
  Counters counters;
};

class ReferenceQueue {
 public:
  std::map<int64_t, ReferenceJob> jobs;

  int64_t find_key(const std::string& key) const {
    for (const auto& [id, job] : jobs) {
      if (job.key == key) return id;
    }
    return 0;
  }
  int expire(int64_t now) {
    int count = 0;
    for (auto& [id, job] : jobs) {
      if (job.state != JobState::kRunning || job.lease_end > now) continue;
      end(id, FailureClass::kCrash, now);
      ++count;
    }
    return count;
  }
  // The id of what is to be claimed, or 0.
  int64_t claim(int64_t now, int64_t lease) {
    expire(now);
    int64_t best = 0;
    for (const auto& [id, job] : jobs) {
      if (job.state != JobState::kQueued && job.state != JobState::kRetryWait) continue;
      if (job.not_before > now) continue;
      const auto rank = [&](int64_t i) { return jobs[i].priority * 2 + jobs[i].released; };
      if (best == 0 || rank(id) > rank(best)) best = id;
    }
    if (best == 0) return 0;
    ReferenceJob& job = jobs[best];
    job.state = JobState::kRunning;
    job.released = false;
    job.lease = lease;
    job.lease_end = now + lease;
    ++job.token;
    return best;
  }
  bool holds(int64_t id, int64_t token) {
    return jobs.contains(id) && jobs[id].state == JobState::kRunning && jobs[id].token == token;
  }
  void end(int64_t id, FailureClass kind, int64_t now) {
    ReferenceJob& job = jobs[id];
    const Decision decision = decide({}, job.counters, kind, id);
    job.counters = decision.counters;
    const bool again = decision.verdict == Verdict::kQueueAgain;
    job.state = job.cancel                             ? JobState::kCancelled
                : decision.verdict == Verdict::kGiveUp ? JobState::kFailed
                : again                                ? JobState::kQueued
                                                       : JobState::kRetryWait;
    job.released = !job.cancel && again;
    if (!is_final(job.state)) job.not_before = now + decision.delay_ms;
    job.cancel = false;
  }
};

}  // namespace flowreel::testing
