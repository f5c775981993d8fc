// Keeps a claim alive from a thread of its own, so that a long step does not lose it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "pipeline/queue/store.h"

namespace flowreel {

class Heartbeat {
 public:
  // Beats four times a lease until it is destroyed or the claim is lost. `log` hears of beats that
  // the store did not take; may be called from the thread.
  Heartbeat(JobStore& store, const Claim& claim, int64_t lease_ms,
            std::function<void(const std::string&)> log);
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;
  ~Heartbeat();

  // The latest answer; kLost stays.
  Answer answer() const { return answer_; }

  void set_progress(const JobProgress& progress);

  // Beats now, and returns the answer: kLost too when the store cannot be asked.
  Answer beat();

 private:
  void run(int64_t every_ms);
  JobProgress progress() const;

  JobStore& store_;
  const Claim claim_;
  std::function<void(const std::string&)> log_;
  std::atomic<Answer> answer_{Answer::kOk};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  JobProgress progress_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace flowreel
