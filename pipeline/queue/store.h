// The queue's memory: which jobs there are, who works on which, and what became of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/queue/clock.h"
#include "pipeline/queue/policy.h"

namespace flowreel {

// queued -> running -> succeeded | failed | cancelled | retry_wait | queued (released)
// retry_wait -> running, once its time has come; queued and retry_wait -> cancelled.
// Succeeded, failed and cancelled are final; retry() takes the latter two back to queued.
enum class JobState { kQueued, kRunning, kRetryWait, kSucceeded, kFailed, kCancelled };
constexpr int kJobStates = 6;

std::string name_of(JobState state);          // "queued", "running", "retry_wait", ...
JobState job_state(const std::string& name);  // UsageError: no such state
bool is_final(JobState state);

// What a machine must have to run a job.
struct Needs {
  // Such as "gpu": 1 to 64 of [A-Za-z0-9._:-] each, at most 32 of them.
  std::vector<std::string> labels = {};
  double memory_gib = 0;  // of the machine, >= 0
};

struct JobRequest {
  std::string job;  // UTF-8 without NUL, at most 1 MiB; the store gives it back and never reads it
  // Under one key there is one job, for ever or until it is purged. At most 200 bytes of printable
  // UTF-8; empty: no key, and each submit() is a new job.
  std::string key = "";
  int priority = 0;  // higher goes first
  // From now, 0 to a year. A delay and not a date, so that only the store's clock counts, never the
  // submitter's.
  int64_t delay_ms = 0;
  Needs needs = {};
};

struct SubmitResult {
  int64_t id = 0;          // rises from job to job
  bool was_there = false;  // the key's job was submitted before, by whomever
};

struct ClaimRequest {
  std::string worker;         // names it in history; at most 200 bytes of it are kept
  Needs offers = {};          // a job is fit when it needs none but these, and no more memory
  int64_t lease_ms = 60'000;  // 1 ms to a day
};

struct Claim {
  int64_t id = 0;
  int64_t token = 0;  // rises with each claim of the job: proves that the claim is the latest
  int attempt = 0;    // from 1; the one after a release has the same number
  std::string job, key;
};

enum class Answer {
  kOk,
  kCancel,  // go on only to clean up, then release(): the job becomes cancelled
  kLost,    // the job is no longer this claim's: drop everything, publish nothing
};

struct JobProgress {
  std::string stage;   // at most 200 bytes of it are kept
  double percent = 0;  // 0 to 100; kept within
};

struct Failure {
  FailureClass kind = FailureClass::kTransient;
  int exit_code = 0;         // or 128 + signal; 0: there was none
  std::string message = "";  // at most 4 KiB of it are kept; bytes that are not UTF-8 become "?"
};

enum class CancelResult {
  kCancelled,  // it was waiting
  kRequested,  // it is running: the worker hears of it with its next heartbeat
  kWasOver,    // it is final, and stays as it is
};

struct JobInfo {
  int64_t id = 0;
  JobState state = JobState::kQueued;
  bool cancel_requested = false;
  JobRequest request;  // delay_ms is 0: not_before_ms has it; list() leaves the job text out
  // Milliseconds since 1970 by the store's clock.
  int64_t submitted_ms = 0, not_before_ms = 0, changed_ms = 0;
  int64_t token = 0;  // of the latest claim; 0 before the first
  Counters counters;
  std::string worker;              // of the latest claim
  JobProgress progress;            // of the latest heartbeat
  std::string manifest_sha256;     // of what succeeded
  std::optional<Failure> failure;  // the latest
};

struct Transition {
  int64_t at_ms = 0;                   // since 1970, by the store's clock
  JobState state = JobState::kQueued;  // afterwards
  std::string worker;                  // whose claim it was about; may be empty
  int64_t token = 0;
  std::string text;  // "submitted", "claimed", "exit code 74: ...; again in 15 s"
};

struct ListFilter {
  std::vector<JobState> states = {};  // empty: any
  std::string key = "";               // empty: any
  int64_t after_id = 0;               // for pages
  int limit = 1000;                   // 1 to 100'000
};

struct StoreStats {
  std::map<JobState, int64_t> jobs;        // all states; 0 where there is none
  int64_t ready = 0;                       // could be claimed now
  std::optional<int64_t> oldest_ready_ms;  // how long the first of them has been ready
};

// Jobs run at least once; a claim's token lets a worker publish at most once. Of the ready jobs
// that fit, the one of highest priority goes first, among these what was released, then in order of
// submission. A constant flow of high priorities starves the low.
//
// Each call is one transaction, durable when it returns. Calls may come from several threads, and
// other processes may use the same store. Errors of any call: UnavailableError: the store cannot
// be reached or is locked, try later; IoError: the disk is full or fails; DataError: the store is
// damaged, or its file is gone. Then nothing has changed, unless the answer alone was lost.
class JobStore {
 public:
  virtual ~JobStore() = default;

  // The same key with the same job text gives the id of the first submit(), whose other fields
  // hold. OutputError: the key belongs to another job text; DataError: a field is out of its range.
  virtual SubmitResult submit(const JobRequest& request) = 0;

  // The next job for this worker, if there is any. Calls expire_leases() first, so that workers
  // alone keep a queue going. UsageError: a field is out of its range.
  virtual std::optional<Claim> claim(const ClaimRequest& request) = 0;

  // Of a claim that is the job's latest, and whose lease has not been taken away by
  // expire_leases(); kLost otherwise, and for an unknown id. heartbeat() begins the lease anew,
  // also when it has run out unnoticed. The others end the claim. Each may be repeated when its
  // answer was lost: succeed() answers kOk again, fail() and release() answer kLost.
  virtual Answer heartbeat(int64_t id, int64_t token, const JobProgress& progress) = 0;
  // Also when a cancel was requested: what is published is done. manifest_sha256: 64 hex digits.
  virtual Answer succeed(int64_t id, int64_t token, const std::string& manifest_sha256) = 0;
  // By decide(): failed, retry_wait, or queued; cancelled when that was requested.
  virtual Answer fail(int64_t id, int64_t token, const Failure& failure) = 0;
  // Not counted, back to the head of its priority; cancelled when that was requested.
  virtual Answer release(int64_t id, int64_t token, const std::string& reason) = 0;

  // MissingInputError: no such job.
  virtual CancelResult cancel(int64_t id) = 0;
  // A failed or cancelled job is queued anew with fresh counters, its token rises on. UsageError:
  // it is in another state; MissingInputError: no such job.
  virtual void retry(int64_t id) = 0;

  virtual JobInfo get(int64_t id) = 0;                      // MissingInputError: no such job
  virtual std::vector<Transition> history(int64_t id) = 0;  // oldest first; errors as get()
  virtual std::vector<JobInfo> list(const ListFilter& filter) = 0;  // by id
  virtual StoreStats stats() = 0;

  // A running job whose lease has run out has crashed: retry_wait or failed by decide(), or
  // cancelled when that was requested. Returns how many there were.
  virtual int expire_leases() = 0;
  // Forgets jobs of these final states whose last change is that old, their history and their keys.
  // Returns how many. UsageError: a state is not final, or the age is negative.
  virtual int64_t purge(int64_t older_than_ms, const std::vector<JobState>& states) = 0;

  // Returns true early when jobs may have become ready since this object's last claim() found none,
  // false after timeout_ms. A hint, at times a false one: claim again either way. Delays and leases
  // that run out do not wake anybody, so the timeout is also how late they are noticed. A thread
  // that waits should have its own store.
  virtual bool wait_for_work(int64_t timeout_ms) = 0;
};

enum class OpenMode { kMustExist, kCreate };  // kCreate: or open what is there

struct StoreOptions {
  OpenMode mode = OpenMode::kMustExist;
  RetryPolicy policy;
  // Null: SystemClock, and for PostgreSQL the database's own clock, so that workers' clocks do not
  // count. Tests set one, for any store, and move it.
  std::shared_ptr<const Clock> clock;
  int64_t busy_timeout_ms = 10'000;  // how long to wait for the locks of others
};

}  // namespace flowreel
