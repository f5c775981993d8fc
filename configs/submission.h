// Jobs on their way into a queue: all of a file are checked before the first is stored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/queue/job.h"
#include "pipeline/queue/store.h"

namespace flowreel {

// How a queue is to treat jobs; ranges and units as in JobRequest.
struct SubmitTerms {
  int priority = 0;
  int64_t delay_ms = 0;
  Needs needs = {};
};

// UsageError: a value is out of its range.
void check_terms(const SubmitTerms& terms);

// A request per job: the job's effective text under its id as the key. DataError: an id that comes
// twice, or a job that no store takes, as one above 1 MiB. PathError: a path that no worker takes,
// absolute or with "..", since workers look in folders of their own.
std::vector<JobRequest> job_requests(const std::vector<Job>& jobs, const SubmitTerms& terms = {});

// What is wrong when a key belongs to another job text in the store already, or nothing. Errors of
// the store.
std::string conflict_in(JobStore& store, const std::vector<JobRequest>& requests);

struct SubmittedJob {
  int64_t id = 0;
  std::string key;
  bool was_there = false;
};

// In their order. Errors of JobStore::submit(): then the first of them are stored; submitting all
// of them again goes on from there.
std::vector<SubmittedJob> submit_all(JobStore& store, const std::vector<JobRequest>& requests);

}  // namespace flowreel
