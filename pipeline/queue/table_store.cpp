#include "pipeline/queue/table_store.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <random>
#include <utility>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

std::string random_mark() {
  std::random_device random;
  return std::to_string(random()) + "-" + std::to_string(random());
}

void check_digest(const std::string& digest) {
  const bool hex = digest.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (digest.size() != 64 || !hex)
    throw DataError("manifest SHA-256 " + quote(digest) + "; expected 64 lower-case hex digits");
}

class TableStore : public JobStore {
 public:
  TableStore(std::unique_ptr<JobDatabase> database, const RetryPolicy& policy)
      : database_(std::move(database)), policy_(policy) {}

  SubmitResult submit(const JobRequest& request) override;
  std::optional<Claim> claim(const ClaimRequest& request) override;
  Answer heartbeat(int64_t id, int64_t token, const JobProgress& progress) override;
  Answer succeed(int64_t id, int64_t token, const std::string& manifest_sha256) override;
  Answer fail(int64_t id, int64_t token, const Failure& failure) override;
  Answer release(int64_t id, int64_t token, const std::string& reason) override;
  CancelResult cancel(int64_t id) override;
  void retry(int64_t id) override;
  JobInfo get(int64_t id) override;
  std::vector<Transition> history(int64_t id) override;
  std::vector<JobInfo> list(const ListFilter& filter) override;
  StoreStats stats() override;
  int expire_leases() override;
  int64_t purge(int64_t older_than_ms, const std::vector<JobState>& states) override;
  bool wait_for_work(int64_t timeout_ms) override {
    return database_->wait_for_change(std::max<int64_t>(timeout_ms, 0));
  }

 private:
  // use(table, again) in a transaction; its result is that of the run which was committed.
  template <typename Use>
  auto transact(Access access, Use&& use) {
    std::optional<decltype(use(std::declval<JobTable&>(), false))> result;
    database_->transact(access,
                        [&](JobTable& table, bool again) { result.emplace(use(table, again)); });
    return std::move(*result);
  }
  // Changes the job of a claim, when it still is the latest.
  Answer with_claim(int64_t id, int64_t token,
                    const std::function<Answer(JobTable&, StoredJob&)>& change);
  int expire(JobTable& table);

  std::unique_ptr<JobDatabase> database_;
  RetryPolicy policy_;
};

void save(JobTable& table, const StoredJob& job, const Transition& transition) {
  table.update(job);
  table.append(job.id, transition);
}

StoredJob existing(JobTable& table, int64_t id) {
  std::optional<StoredJob> job = table.find(id);
  if (!job) throw MissingInputError("there is no job " + std::to_string(id) + " in the queue");
  return std::move(*job);
}

SubmitResult TableStore::submit(const JobRequest& request) {
  check(request);
  return transact(Access::kWrite, [&](JobTable& table, bool) -> SubmitResult {
    const StoredJob job = new_job(request, table.now());
    if (const auto id = table.insert(job)) {
      table.append(*id, submitted(job));
      return {*id, false};
    }
    const auto there = table.find_key(request.key);
    if (!there) throw UnavailableError("key " + quote(request.key) + " is being purged; try again");
    if (there->request.job != request.job) {
      throw OutputError("idempotency key " + quote(request.key) + " belongs to job " +
                        std::to_string(there->id) + ", which is another; expected a new key");
    }
    return {there->id, true};
  });
}

std::optional<Claim> TableStore::claim(const ClaimRequest& request) {
  check(request);
  const std::string mark = random_mark();
  return transact(Access::kWrite, [&](JobTable& table, bool again) -> std::optional<Claim> {
    std::optional<StoredJob> job;
    if (again) job = table.find_claim(mark);  // of which the answer was lost on its way
    if (!job) {
      expire(table);
      job = table.first_ready(request.offers);
      if (!job) return std::nullopt;
      job->claim_mark = mark;
      const Transition claimed = begin_claim(*job, request, table.now());
      save(table, *job, claimed);
    }
    return Claim{job->id, job->token, job->counters.failures() + 1, job->request.job,
                 job->request.key};
  });
}

Answer TableStore::with_claim(int64_t id, int64_t token,
                              const std::function<Answer(JobTable&, StoredJob&)>& change) {
  return transact(Access::kWrite, [&](JobTable& table, bool) {
    std::optional<StoredJob> job = table.find(id);
    if (!job || job->token != token) return Answer::kLost;
    return change(table, *job);
  });
}

Answer TableStore::heartbeat(int64_t id, int64_t token, const JobProgress& progress) {
  return with_claim(id, token, [&](JobTable& table, StoredJob& job) {
    if (job.state != JobState::kRunning) return Answer::kLost;
    renew_lease(job, progress, table.now());
    table.update(job);
    return job.cancel_requested ? Answer::kCancel : Answer::kOk;
  });
}

Answer TableStore::succeed(int64_t id, int64_t token, const std::string& manifest_sha256) {
  check_digest(manifest_sha256);
  return with_claim(id, token, [&](JobTable& table, StoredJob& job) {
    const bool said = job.state == JobState::kSucceeded && job.manifest_sha256 == manifest_sha256;
    if (said) return Answer::kOk;
    if (job.state != JobState::kRunning) return Answer::kLost;
    const Transition ended = end_well(job, manifest_sha256, table.now());
    save(table, job, ended);
    return Answer::kOk;
  });
}

Answer TableStore::fail(int64_t id, int64_t token, const Failure& failure) {
  return with_claim(id, token, [&](JobTable& table, StoredJob& job) {
    if (job.state != JobState::kRunning) return Answer::kLost;
    const Transition ended = end_badly(job, failure, policy_, table.now());
    save(table, job, ended);
    return Answer::kOk;
  });
}

Answer TableStore::release(int64_t id, int64_t token, const std::string& reason) {
  return fail(id, token, {FailureClass::kReleased, 0, reason});
}

CancelResult TableStore::cancel(int64_t id) {
  return transact(Access::kWrite, [&](JobTable& table, bool) {
    StoredJob job = existing(table, id);
    if (is_final(job.state)) return CancelResult::kWasOver;
    const bool running = job.state == JobState::kRunning;
    if (!job.cancel_requested) {
      const Transition cancelled = cancel_or_request(job, table.now());
      save(table, job, cancelled);
    }
    return running ? CancelResult::kRequested : CancelResult::kCancelled;
  });
}

void TableStore::retry(int64_t id) {
  database_->transact(Access::kWrite, [&](JobTable& table, bool) {
    StoredJob job = existing(table, id);
    if (job.state != JobState::kFailed && job.state != JobState::kCancelled) {
      throw UsageError("job " + std::to_string(id) + " is " + name_of(job.state) +
                       "; expected failed or cancelled, to be tried anew");
    }
    const Transition queued = queue_anew(job, table.now());
    save(table, job, queued);
  });
}

JobInfo TableStore::get(int64_t id) {
  return transact(Access::kRead,
                  [&](JobTable& table, bool) -> JobInfo { return existing(table, id); });
}

std::vector<Transition> TableStore::history(int64_t id) {
  return transact(Access::kRead, [&](JobTable& table, bool) {
    existing(table, id);
    return table.history(id);
  });
}

std::vector<JobInfo> TableStore::list(const ListFilter& filter) {
  if (filter.limit < 1 || filter.limit > 100'000) {
    throw UsageError("a list of " + std::to_string(filter.limit) + " jobs; expected 1 to 100000");
  }
  return transact(Access::kRead, [&](JobTable& table, bool) { return table.list(filter); });
}

StoreStats TableStore::stats() {
  return transact(Access::kRead, [](JobTable& table, bool) { return table.stats(); });
}

int TableStore::expire(JobTable& table) {
  const std::vector<StoredJob> over = table.leases_over();
  for (StoredJob job : over) {
    const Failure lost{FailureClass::kCrash, 0, "the lease of worker " + job.worker + " ran out"};
    const Transition ended = end_badly(job, lost, policy_, table.now());
    save(table, job, ended);
  }
  return static_cast<int>(over.size());
}

int TableStore::expire_leases() {
  return transact(Access::kWrite, [&](JobTable& table, bool) { return expire(table); });
}

int64_t TableStore::purge(int64_t older_than_ms, const std::vector<JobState>& states) {
  if (older_than_ms < 0) {
    throw UsageError("jobs older than " + std::to_string(older_than_ms) +
                     " ms cannot be purged; expected 0 or more");
  }
  for (const JobState state : states) {
    if (is_final(state)) continue;
    throw UsageError("jobs that are " + name_of(state) +
                     " cannot be purged; expected succeeded, failed or cancelled");
  }
  return transact(Access::kWrite, [&](JobTable& table, bool) -> int64_t {
    if (states.empty()) return 0;
    return table.purge(table.now().wall_ms - older_than_ms, states);
  });
}

}  // namespace

std::unique_ptr<JobStore> make_table_store(std::unique_ptr<JobDatabase> database,
                                           const RetryPolicy& policy) {
  return std::make_unique<TableStore>(std::move(database), policy);
}

}  // namespace flowreel
