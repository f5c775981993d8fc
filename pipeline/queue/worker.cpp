#include "pipeline/queue/worker.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/queue/unfinished.h"

namespace flowreel {

Worker::Worker(JobStore& store, const WorkerOptions& options, const WorkerEvents& events)
    : store_(store), options_(options), events_(events) {}

WorkerEnd Worker::run() {
  for (int64_t claims = 0; !events_.stop();) {
    if (options_.max_jobs > 0 && claims == options_.max_jobs) return WorkerEnd::kEnough;
    if (in_a_row_ >= options_.failures_in_a_row) return WorkerEnd::kBroken;
    const std::optional<Claim> claim = next();
    if (claim) {
      ++claims;
      work_on(*claim);
    } else if (options_.drain && is_drained()) {
      cleaned_up_.reset();
      clean_up();
      return WorkerEnd::kDrained;
    } else {
      clean_up();
      wait(options_.idle_ms);
    }
  }
  return WorkerEnd::kStopped;
}

// Also where there is nothing to do, or the store cannot be asked.
std::optional<Claim> Worker::next() {
  const auto later = [this](const Error& error) {
    events_.log(std::string("the queue is not to be had: ") + error.what());
    std::this_thread::sleep_for(std::chrono::seconds(1));
    return std::nullopt;
  };
  try {
    if (events_.before_claim) events_.before_claim();
    if (!has_room()) return std::nullopt;
    return store_.claim({options_.name, options_.offers, options_.attempt.lease_ms});
  } catch (const UnavailableError& error) {
    return later(error);
  } catch (const IoError& error) {  // its disk may be full
    return later(error);
  }
}

void Worker::work_on(const Claim& claim) {
  counts_.busy = true;
  if (events_.counted) events_.counted(counts_);
  AttemptResult result;
  try {
    Attempt attempt(store_, claim, options_.attempt, events_.stop, events_.log);
    result = attempt.run(child());
  } catch (const UnavailableError& error) {
    store_.release(claim.id, claim.token, error.what());  // no child could be started
    throw;
  } catch (const DataError& error) {
    // The child speaks another language: it cannot be trusted with another job.
    child_.reset();
    result = {AttemptEnd::kFailed, Failure{FailureClass::kTransient, 0, error.what()}};
    store_.fail(claim.id, claim.token, *result.failure);
  }
  if (child_ && child_->wait(0)) child_.reset();
  counts_.busy = false;
  count(result, claim);
}

// Failures that are not the fault of one job tell of the machine.
void Worker::count(const AttemptResult& result, const Claim& claim) {
  if (result.end == AttemptEnd::kSucceeded) ++counts_.succeeded;
  if (result.end == AttemptEnd::kFailed) ++counts_.failed;
  if (result.end == AttemptEnd::kReleased) ++counts_.released;
  if (result.end == AttemptEnd::kLost) ++counts_.lost;
  if (events_.counted) events_.counted(counts_);
  const bool is_failure = result.failure && result.failure->kind != FailureClass::kPermanent;
  if (result.end == AttemptEnd::kSucceeded) in_a_row_ = 0;
  if (!is_failure || claim.id == last_failed_) return;
  last_failed_ = claim.id;
  ++in_a_row_;
}

bool Worker::is_drained() {
  const StoreStats stats = store_.stats();
  const auto count = [&](JobState state) {
    const auto found = stats.jobs.find(state);
    return found == stats.jobs.end() ? 0 : found->second;
  };
  return count(JobState::kQueued) + count(JobState::kRunning) + count(JobState::kRetryWait) == 0;
}

// Where there is nothing else to do, once in each lease: so long may it take until a claim is over.
void Worker::clean_up() {
  const auto now = std::chrono::steady_clock::now();
  if (cleaned_up_ && now - *cleaned_up_ < std::chrono::milliseconds(options_.attempt.lease_ms))
    return;
  cleaned_up_ = now;
  try {
    remove_abandoned(options_.attempt.output_dir, store_);
  } catch (const Error& error) {
    events_.log(std::string("left over files cannot be looked for: ") + error.what());
  }
}

bool Worker::has_room() {
  constexpr double kGib = 1024.0 * 1024 * 1024;
  std::error_code error;
  std::filesystem::create_directories(options_.attempt.output_dir, error);
  const auto space = std::filesystem::space(options_.attempt.output_dir, error);
  const bool has = error || static_cast<double>(space.available) / kGib >= options_.min_free_gib;
  if (!has && !told_full_)
    events_.log(quote(options_.attempt.output_dir) + " has less than " +
                number_text(options_.min_free_gib) + " GiB free; nothing is claimed until it has");
  told_full_ = !has;
  return has;
}

// In slices, so that a wish to stop is heard.
bool Worker::wait(int64_t ms) {
  constexpr int64_t kSlice = 200;
  for (int64_t waited = 0; waited < ms && !events_.stop(); waited += kSlice) {
    try {
      if (store_.wait_for_work(std::min(kSlice, ms - waited))) return true;
    } catch (const UnavailableError&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kSlice));
    }
  }
  return false;
}

ChildProcess& Worker::child() {
  if (!child_) {
    child_ = std::make_unique<ChildProcess>(options_.child);
    ++counts_.children;
  }
  return *child_;
}

}  // namespace flowreel
