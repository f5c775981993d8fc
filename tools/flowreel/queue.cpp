#include "tools/flowreel/queue.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "errors/error.h"
#include "errors/quote.h"
#include "tools/flowreel/arguments.h"

namespace flowreel {
namespace {

// libpq takes what it cannot place in a URI for host and port, and repeats these in its messages:
// with a password that is not written as a URI wants it, a part of that.
void check_database_name(const std::string& store) {
  const std::string_view name = std::string_view(store).substr(0, store.find('?'));
  const size_t scheme = name.find("://");
  if (scheme == std::string_view::npos) return;
  const std::string_view rest = name.substr(scheme + 3);
  const size_t last = rest.rfind('@');
  if (last == std::string_view::npos || rest.substr(0, last).find_first_of("@/") == rest.npos)
    return;
  throw UsageError(
      "--store has a \"/\" or \"@\" in its user name or password; expected %2F and %40 there");
}

std::optional<JobInfo> by_number(JobStore& store, std::string_view digits) {
  int64_t id = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, id);
  if (error != std::errc() || stopped != end) return std::nullopt;
  try {
    return store.get(id);
  } catch (const MissingInputError&) {
    return std::nullopt;
  }
}

std::optional<JobInfo> by_key(JobStore& store, const std::string& key) {
  const bool can_be = !key.empty() && quote(key) == "\"" + key + "\"";
  if (!can_be) return std::nullopt;
  const std::vector<JobInfo> found = store.list({.key = key, .limit = 1});
  return found.empty() ? std::nullopt : std::optional(found[0]);
}

bool takes(std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.erase(0, prefix.size());
  return true;
}

}  // namespace

void add_queue_options(CLI::App& verb, QueueOptions& options) {
  verb.add_option("--store", options.store,
                  "sqlite:PATH, or postgresql://USER@HOST/DATABASE (sqlite:queue.db)")
      ->envname("FLOWREEL_STORE")
      ->check(not_empty());
  verb.add_flag("--json", options.json, "for machines: one JSON object a line");
}

std::unique_ptr<JobStore> open_queue(const QueueOptions& options, OpenMode mode,
                                     const RetryPolicy& policy) {
  check_database_name(options.store);
  StoreOptions store_options;
  store_options.mode = mode;
  store_options.policy = policy;
  try {
    return open_store(options.store, store_options);
  } catch (const MissingInputError& error) {
    if (mode == OpenMode::kCreate) throw;
    throw MissingInputError(std::string(error.what()) +
                            "; expected one that \"flowreel queue submit\" has made");
  }
}

JobInfo find_job(JobStore& store, const std::string& name) {
  std::string rest = name;
  const bool is_number = takes(rest, "id:"), is_key = !is_number && takes(rest, "key:");
  const std::optional<JobInfo> number = is_key ? std::nullopt : by_number(store, rest);
  const std::optional<JobInfo> key = is_number ? std::nullopt : by_key(store, rest);
  if (number && key && number->id != key->id) {
    throw UsageError(quote(name) + " is the number of one job and the key of job " +
                     std::to_string(key->id) + "; expected id:" + rest + " or key:" + rest);
  }
  if (number) return *number;
  if (key) return *key;
  throw MissingInputError("there is no job " + quote(name) +
                          " in the queue; expected the number or the key of one");
}

std::vector<JobInfo> find_jobs(JobStore& store, const std::vector<std::string>& names) {
  std::vector<JobInfo> jobs;
  for (const std::string& name : names) jobs.push_back(find_job(store, name));
  return jobs;
}

std::vector<JobState> job_states(const std::vector<std::string>& names) {
  std::vector<JobState> states;
  for (const std::string& name : names) states.push_back(job_state(name));
  return states;
}

void add_queue(CLI::App& app, Command& chosen) {
  CLI::App* queue = app.add_subcommand("queue", "Submit jobs, look at them, cancel, retry, purge");
  queue->require_subcommand(1);
  add_queue_submit(*queue, chosen);
  add_queue_look(*queue, chosen);
  add_queue_change(*queue, chosen);
  queue->footer(
      "A job is named by its number or its key, which is the id in its file.\n"
      "docs/queue.md explains states, retries, the spool and the stores.\n"
      "Example:\n  flowreel queue submit shots.jsonl --priority 5 --store sqlite:queue.db");
}

}  // namespace flowreel
