#include "pipeline/queue/transitions.h"

#include <algorithm>
#include <cmath>

#include "errors/quote.h"

namespace flowreel {
namespace {

constexpr size_t kNameBytes = 200, kMessageBytes = 4096;

Transition change(StoredJob& job, JobState state, const Moment& now, std::string text) {
  job.state = state;
  job.changed_ms = now.wall_ms;
  return {now.wall_ms, state, job.worker, job.token, std::move(text)};
}

// "crash: signal 11 ...", "exit code 74: ...", "lost lease".
std::string text_of(const Failure& failure) {
  std::string text = failure.exit_code == 0 ? name_of(failure.kind)
                                            : "exit code " + std::to_string(failure.exit_code);
  if (!failure.message.empty()) text += ": " + failure.message;
  return text;
}

}  // namespace

std::string clean_text(const std::string& text, size_t bytes) {
  std::string clean;
  for (size_t i = 0; i < text.size();) {
    const size_t length = text[i] == '\0' ? 0 : utf8_length(text, i);
    const size_t taken = std::max<size_t>(length, 1);
    if (clean.size() + taken > bytes) break;
    if (length == 0) {
      clean += '?';
    } else {
      clean.append(text, i, length);
    }
    i += taken;
  }
  return clean;
}

StoredJob new_job(const JobRequest& request, const Moment& now) {
  StoredJob job;
  job.request = request;
  job.request.delay_ms = 0;
  job.submitted_ms = job.changed_ms = now.wall_ms;
  job.not_before_ms = now.wall_ms + request.delay_ms;
  return job;
}

bool is_ready(const StoredJob& job, const Moment& now) {
  const bool waits = job.state == JobState::kQueued || job.state == JobState::kRetryWait;
  return waits && job.not_before_ms <= now.wall_ms;
}

bool fits(const Needs& needs, const Needs& offers) {
  const auto offered = [&](const std::string& label) {
    return std::find(offers.labels.begin(), offers.labels.end(), label) != offers.labels.end();
  };
  return needs.memory_gib <= offers.memory_gib &&
         std::all_of(needs.labels.begin(), needs.labels.end(), offered);
}

bool lease_is_over(const StoredJob& job, const Moment& now) {
  return job.lease_boot != now.boot || job.lease_until <= now.lease_ms;
}

Transition submitted(const StoredJob& job) {
  return {job.submitted_ms, job.state, "", 0, "submitted"};
}

Transition begin_claim(StoredJob& job, const ClaimRequest& request, const Moment& now) {
  ++job.token;
  job.worker = clean_text(request.worker, kNameBytes);
  job.progress = {};
  job.at_head = false;
  job.lease_ms = request.lease_ms;
  job.lease_until = now.lease_ms + request.lease_ms;
  job.lease_boot = now.boot;
  const int attempt = job.counters.failures() + 1;
  return change(job, JobState::kRunning, now, "claimed, attempt " + std::to_string(attempt));
}

void renew_lease(StoredJob& job, const JobProgress& progress, const Moment& now) {
  job.lease_until = now.lease_ms + job.lease_ms;
  job.lease_boot = now.boot;
  job.progress.stage = clean_text(progress.stage, kNameBytes);
  if (!std::isnan(progress.percent))
    job.progress.percent = std::clamp(progress.percent, 0.0, 100.0);
}

Transition end_well(StoredJob& job, const std::string& manifest_sha256, const Moment& now) {
  job.manifest_sha256 = manifest_sha256;
  job.cancel_requested = false;
  job.progress.percent = 100;
  return change(job, JobState::kSucceeded, now, "succeeded");
}

Transition end_badly(StoredJob& job, const Failure& failure, const RetryPolicy& policy,
                     const Moment& now) {
  const Failure clean{failure.kind, failure.exit_code, clean_text(failure.message, kMessageBytes)};
  const Decision decision = decide(policy, job.counters, clean.kind, job.id);
  const std::string text = text_of(clean);
  job.counters = decision.counters;
  if (clean.kind != FailureClass::kReleased) job.failure = clean;
  if (job.cancel_requested) {
    job.cancel_requested = false;
    return change(job, JobState::kCancelled, now, "cancelled after " + text);
  }
  if (decision.verdict == Verdict::kGiveUp) return change(job, JobState::kFailed, now, text);
  job.not_before_ms = now.wall_ms + decision.delay_ms;
  if (decision.verdict == Verdict::kQueueAgain) {
    job.at_head = true;
    return change(job, JobState::kQueued, now, text);
  }
  const double seconds = std::round(static_cast<double>(decision.delay_ms) / 100) / 10;
  return change(job, JobState::kRetryWait, now, text + "; again in " + number_text(seconds) + " s");
}

Transition cancel_or_request(StoredJob& job, const Moment& now) {
  if (job.state != JobState::kRunning) return change(job, JobState::kCancelled, now, "cancelled");
  job.cancel_requested = true;
  return change(job, JobState::kRunning, now, "cancel requested");
}

Transition queue_anew(StoredJob& job, const Moment& now) {
  job.counters = {};
  job.not_before_ms = now.wall_ms;
  job.at_head = false;
  return change(job, JobState::kQueued, now, "queued anew");
}

}  // namespace flowreel
