#include "configs/submission.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/queue/transitions.h"

namespace flowreel {
namespace {

JobRequest request_of(std::string job, const std::string& key, const SubmitTerms& terms) {
  return {.job = std::move(job),
          .key = key,
          .priority = terms.priority,
          .delay_ms = terms.delay_ms,
          .needs = terms.needs};
}

// The text of the key's job, if there is one.
std::optional<std::string> stored_text(JobStore& store, const JobInfo& found) {
  try {
    return store.get(found.id).request.job;
  } catch (const MissingInputError&) {  // purged meanwhile
    return std::nullopt;
  }
}

void check_paths(Job job) {
  for (const auto& [key, path] : paths_of(job)) {
    const std::filesystem::path parts(*path);
    const bool climbs = std::find(parts.begin(), parts.end(), "..") != parts.end();
    if (!parts.is_absolute() && !climbs) continue;
    throw PathError("job " + quote(job.id) + ": " + key + " is " + quote(*path) +
                    ", expected a path within the folder of models or inputs that a worker has");
  }
}

}  // namespace

void check_terms(const SubmitTerms& terms) {
  try {
    check(request_of("{}", "", terms));
  } catch (const DataError& error) {  // which here is about an option, not about a job
    throw UsageError(error.what());
  }
}

std::vector<JobRequest> job_requests(const std::vector<Job>& jobs, const SubmitTerms& terms) {
  std::vector<JobRequest> requests;
  std::set<std::string> ids;
  for (const Job& job : jobs) {
    if (!ids.insert(job.id).second) {
      throw DataError("id " + quote(job.id) +
                      " comes twice, expected a different one for every job");
    }
    check_paths(job);
    requests.push_back(request_of(job.effective, job.id, terms));
    try {
      check(requests.back());
    } catch (const DataError& error) {
      throw DataError("job " + quote(job.id) + ": " + error.what());
    }
  }
  return requests;
}

std::string conflict_in(JobStore& store, const std::vector<JobRequest>& requests) {
  for (const JobRequest& request : requests) {
    for (const JobInfo& found : store.list({.key = request.key, .limit = 1})) {
      const std::optional<std::string> text = stored_text(store, found);
      if (!text || *text == request.job) continue;
      return "id " + quote(request.key) + " belongs to job " + std::to_string(found.id) +
             " of the queue, which orders something else; expected a new id, or the same job";
    }
  }
  return "";
}

std::vector<SubmittedJob> submit_all(JobStore& store, const std::vector<JobRequest>& requests) {
  std::vector<SubmittedJob> submitted;
  for (const JobRequest& request : requests) {
    const SubmitResult result = store.submit(request);
    submitted.push_back({result.id, request.key, result.was_there});
  }
  return submitted;
}

}  // namespace flowreel
