// What the verbs of `flowreel queue` share.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/queue/open_store.h"
#include "tools/flowreel/commands.h"

namespace flowreel {

struct QueueOptions {
  std::string store = "sqlite:queue.db";
  bool json = false;
};

// --store and --json.
void add_queue_options(CLI::App& verb, QueueOptions& options);

// Errors as open_store(), none of which tells the password of a database.
std::unique_ptr<JobStore> open_queue(const QueueOptions& options,
                                     OpenMode mode = OpenMode::kMustExist,
                                     const RetryPolicy& policy = {});

// By number or key, without the job text. MissingInputError: there is none; UsageError: it is the
// number of one and the key of another, which "id:" and "key:" before it tell apart.
JobInfo find_job(JobStore& store, const std::string& name);
// All are found before any is changed.
std::vector<JobInfo> find_jobs(JobStore& store, const std::vector<std::string>& names);

std::vector<JobState> job_states(const std::vector<std::string>& names);  // UsageError

// One per file of verbs: each adds its own to `flowreel queue`.
void add_queue_submit(CLI::App& queue, Command& chosen);  // submit, ingest
void add_queue_look(CLI::App& queue, Command& chosen);    // list, show, stats
void add_queue_change(CLI::App& queue, Command& chosen);  // cancel, retry, purge

}  // namespace flowreel
