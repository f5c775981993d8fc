// How long a job lies in the queue of a worker that has nothing else to do.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pipeline/queue/store.h"

namespace flowreel {

struct StartOptions {
  std::string output_dir;  // of the worker; it is there
  int warm_up = 2;         // jobs before those that count
  int samples = 25;
  std::function<JobRequest(const std::string& id)> job;
};

// Milliseconds from the return of submit(), when the job is durable, to the folder that the
// worker's child makes for its results, by inotify; one by one, with pauses of random length in
// which the worker waits. std::runtime_error: a job did not begin, or did not succeed.
std::vector<double> start_times(JobStore& store, const StartOptions& options);

}  // namespace flowreel
