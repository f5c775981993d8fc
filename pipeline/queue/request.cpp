#include <algorithm>
#include <array>
#include <cmath>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/queue/transitions.h"

namespace flowreel {
namespace {

constexpr size_t kJobBytes = 1 << 20, kKeyBytes = 200, kLabels = 32, kLabelLength = 64;
constexpr int64_t kDayMs = 86'400'000, kYearMs = 365 * kDayMs;
constexpr std::array kStates = {"queued",    "running", "retry_wait",
                                "succeeded", "failed",  "cancelled"};

// What is wrong with them, or nothing.
std::string fault_of(const Needs& needs) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";
  if (needs.labels.size() > kLabels)
    return std::to_string(needs.labels.size()) + " labels; expected at most 32";
  for (const std::string& label : needs.labels) {
    if (label.empty() || label.size() > kLabelLength ||
        label.find_first_not_of(kLetters) != std::string::npos) {
      return "label " + quote(label) +
             "; expected 1 to 64 letters, digits, \".\", \"_\", \":\" or \"-\"";
    }
  }
  if (!(needs.memory_gib >= 0) || std::isinf(needs.memory_gib))
    return "memory_gib " + number_text(needs.memory_gib) + "; expected a number >= 0";
  return "";
}

bool is_text(const std::string& text) {
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text, i);
    if (length == 0 || text[i] == '\0') return false;
    i += length;
  }
  return true;
}

}  // namespace

std::string name_of(JobState state) { return kStates[static_cast<size_t>(state)]; }

JobState job_state(const std::string& name) {
  const auto found = std::find(kStates.begin(), kStates.end(), name);
  if (found == kStates.end()) {
    throw UsageError(quote(name) +
                     " is no state of a job; expected queued, running, retry_wait, succeeded, "
                     "failed or cancelled");
  }
  return static_cast<JobState>(found - kStates.begin());
}

bool is_final(JobState state) {
  return state == JobState::kSucceeded || state == JobState::kFailed ||
         state == JobState::kCancelled;
}

void check(const JobRequest& request) {
  const std::string& key = request.key;
  if (request.job.empty() || request.job.size() > kJobBytes) {
    throw DataError("a job of " + std::to_string(request.job.size()) +
                    " bytes; expected 1 to 1048576");
  }
  if (!is_text(request.job)) throw DataError("the job is not UTF-8, or has a NUL in it");
  const bool printable = quote(key, 4 * key.size()) == "\"" + key + "\"";
  if (key.size() > kKeyBytes || !printable) {
    throw DataError("idempotency key " + quote(key) +
                    "; expected at most 200 bytes of printable UTF-8");
  }
  if (request.delay_ms < 0 || request.delay_ms > kYearMs) {
    throw DataError("a delay of " + std::to_string(request.delay_ms) +
                    " ms; expected 0 to 31536000000 (a year)");
  }
  const std::string fault = fault_of(request.needs);
  if (!fault.empty()) throw DataError("the job needs " + fault);
}

void check(const ClaimRequest& request) {
  if (request.lease_ms < 1 || request.lease_ms > kDayMs) {
    throw UsageError("a lease of " + std::to_string(request.lease_ms) +
                     " ms; expected 1 to 86400000 (a day)");
  }
  const std::string fault = fault_of(request.offers);
  if (!fault.empty()) throw UsageError("the worker offers " + fault);
}

}  // namespace flowreel
