// The state machine of a job, without a place to keep it: each step changes the record and tells
// what history is to say. The callers see to it that a step is allowed.
#pragma once

#include <cstdint>
#include <string>

#include "pipeline/queue/store.h"

namespace flowreel {

// All that a store keeps of a job.
struct StoredJob : JobInfo {
  int64_t lease_ms = 0;     // its length, by the claim
  int64_t lease_until = 0;  // Moment::lease_ms of lease_boot
  std::string lease_boot;
  bool at_head = false;    // before the others of its priority, since it was released
  std::string claim_mark;  // of the latest claim() call: finds it again when its answer was lost
};

// DataError and UsageError as JobStore::submit() and claim() say.
void check(const JobRequest& request);
void check(const ClaimRequest& request);
// Text from outside that any database takes: cut to bytes, NUL and what is not UTF-8 as "?".
std::string clean_text(const std::string& text, size_t bytes);

StoredJob new_job(const JobRequest& request, const Moment& now);
bool is_ready(const StoredJob& job, const Moment& now);
bool fits(const Needs& needs, const Needs& offers);
bool lease_is_over(const StoredJob& job, const Moment& now);  // of a running one

Transition submitted(const StoredJob& job);
Transition begin_claim(StoredJob& job, const ClaimRequest& request, const Moment& now);
void renew_lease(StoredJob& job, const JobProgress& progress, const Moment& now);
Transition end_well(StoredJob& job, const std::string& manifest_sha256, const Moment& now);
Transition end_badly(StoredJob& job, const Failure& failure, const RetryPolicy& policy,
                     const Moment& now);
// Of a job that is not final.
Transition cancel_or_request(StoredJob& job, const Moment& now);
Transition queue_anew(StoredJob& job, const Moment& now);

}  // namespace flowreel
