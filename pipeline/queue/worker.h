// Works a queue: claims jobs one after the other and has a child compute them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pipeline/queue/attempt.h"
#include "pipeline/queue/child_process.h"
#include "pipeline/queue/store.h"

namespace flowreel {

struct WorkerOptions {
  std::string name;  // in the history of jobs
  Needs offers;
  ChildOptions child;  // a program that speaks child_message.h
  AttemptOptions attempt;
  int64_t idle_ms = 2000;     // between looks at a queue that has nothing
  int failures_in_a_row = 3;  // of different jobs, none of them the job's own fault: then it ends
  int64_t max_jobs = 0;       // claims after which it ends; 0: any number
  bool drain = false;         // end when no job is queued, running or waiting for a retry
  double min_free_gib = 1;    // of the output's disk: below, nothing is claimed
};

struct WorkerCounts {
  int64_t succeeded = 0, failed = 0, released = 0, lost = 0;
  int64_t children = 0;  // processes that were started
  bool busy = false;
};

struct WorkerEvents {
  std::function<bool()> stop;                        // asked all the time
  std::function<void(const std::string&)> log;       // one line
  std::function<void()> before_claim;                // may be empty
  std::function<void(const WorkerCounts&)> counted;  // after each change; may be empty
};

enum class WorkerEnd { kStopped, kDrained, kEnough, kBroken };

class Worker {
 public:
  // The store is this worker's alone.
  Worker(JobStore& store, const WorkerOptions& options, const WorkerEvents& events);

  // Until it is told to stop, or one of the options ends it; kBroken: too many failures in a row,
  // something is wrong with the machine. Errors of the store but UnavailableError, which is waited
  // out.
  WorkerEnd run();

 private:
  std::optional<Claim> next();
  void work_on(const Claim& claim);
  bool is_drained();
  void clean_up();
  bool has_room();
  bool wait(int64_t ms);
  ChildProcess& child();
  void count(const AttemptResult& result, const Claim& claim);

  JobStore& store_;
  WorkerOptions options_;
  WorkerEvents events_;
  WorkerCounts counts_;
  std::unique_ptr<ChildProcess> child_;
  int in_a_row_ = 0;
  int64_t last_failed_ = 0;  // job
  bool told_full_ = false;
  std::optional<std::chrono::steady_clock::time_point> cleaned_up_;
};

}  // namespace flowreel
