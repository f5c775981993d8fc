// One claimed job, computed by a child and watched from here to its end.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "pipeline/queue/child_message.h"
#include "pipeline/queue/child_process.h"
#include "pipeline/queue/heartbeat.h"
#include "pipeline/queue/store.h"

namespace flowreel {

struct AttemptOptions {
  std::string output_dir;  // where what a child left unfinished is removed
  int64_t lease_ms = 60'000;
  int64_t stall_ms = 600'000;  // without a sign of work, after which the child is ended
  int64_t grace_ms = 25'000;   // from TERM to KILL when the worker is to stop, or the job
  int64_t kill_ms = 10'000;    // from TERM to KILL for a child that hangs, or whose claim is lost
};

enum class AttemptEnd { kSucceeded, kFailed, kReleased, kLost };

struct AttemptResult {
  AttemptEnd end = AttemptEnd::kLost;
  std::optional<Failure> failure;  // of kFailed
};

class Attempt {
 public:
  using Log = std::function<void(const std::string&)>;

  // `stop` tells when the worker is to stop: the child is then asked to save and end, and the job
  // goes back to the queue.
  Attempt(JobStore& store, const Claim& claim, const AttemptOptions& options,
          std::function<bool()> stop, Log log);

  // Until the store knows how it ended, or cannot be told within the lease. The child is ready for
  // another job afterwards, or has ended.
  AttemptResult run(ChildProcess& child);

 private:
  std::optional<AttemptResult> hear(const ChildMessage& message, ChildProcess& child);
  std::optional<AttemptResult> look_after(ChildProcess& child);
  AttemptResult end_child(ChildProcess& child, int64_t grace_ms, const std::string& why);
  AttemptResult child_ended(ChildProcess& child);
  AttemptResult succeed(const std::string& manifest_sha256);
  AttemptResult fail(const Failure& failure);
  AttemptResult release(const std::string& reason);
  AttemptResult lost(ChildProcess& child);
  std::optional<Answer> tell(const std::function<Answer()>& call);
  std::string name() const;

  JobStore& store_;
  const Claim claim_;
  AttemptOptions options_;
  std::function<bool()> stop_;
  Log log_;
  Heartbeat heart_;
  std::string at_ = "its beginning";  // the last stage and step that were heard of
  int64_t last_sign_ms_ = 0;
};

}  // namespace flowreel
