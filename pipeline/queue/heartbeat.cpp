#include "pipeline/queue/heartbeat.h"

#include <algorithm>
#include <chrono>

#include "errors/error.h"

namespace flowreel {

Heartbeat::Heartbeat(JobStore& store, const Claim& claim, int64_t lease_ms,
                     std::function<void(const std::string&)> log)
    : store_(store), claim_(claim), log_(std::move(log)) {
  constexpr int64_t kBeatsPerLease = 4;
  thread_ =
      std::thread([this, every = std::max<int64_t>(1, lease_ms / kBeatsPerLease)] { run(every); });
}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Heartbeat::set_progress(const JobProgress& progress) {
  const std::lock_guard lock(mutex_);
  progress_ = progress;
}

JobProgress Heartbeat::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

Answer Heartbeat::beat() {
  if (answer_ == Answer::kLost) return Answer::kLost;
  try {
    answer_ = store_.heartbeat(claim_.id, claim_.token, progress());
    return answer_;
  } catch (const Error& error) {
    // The lease may outlive it: the claim is lost only when the store says so.
    log_("heartbeat of job " + std::to_string(claim_.id) + " failed: " + error.what());
    return Answer::kLost;
  }
}

void Heartbeat::run(int64_t every_ms) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::milliseconds(every_ms), [this] { return over_; })) {
    lock.unlock();
    beat();
    lock.lock();
  }
}

}  // namespace flowreel
