// flowreel queue cancel, retry, purge.
#include <cmath>
#include <cstdio>

#include "errors/error.h"
#include "errors/quote.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/queue.h"
#include "tools/flowreel/queue_text.h"
#include "tools/flowreel/table.h"

namespace flowreel {
namespace {

struct NamedArguments {
  QueueOptions queue;
  std::vector<std::string> names;
};

// The result for machines, and for people.
std::pair<std::string, std::string> cancel_one(JobStore& store, int64_t id) {
  switch (store.cancel(id)) {
    case CancelResult::kCancelled:
      return {"cancelled", "cancelled"};
    case CancelResult::kRequested:
      return {"requested", "cancel requested; its worker hears of it with its next heartbeat"};
    case CancelResult::kWasOver:
      break;
  }
  return {"was_over", "was over: " + name_of(store.get(id).state)};
}

void cancel(const NamedArguments& a) {
  const std::unique_ptr<JobStore> store = open_queue(a.queue);
  Table table({"ID", "KEY", "RESULT"});
  for (const JobInfo& job : find_jobs(*store, a.names)) {
    const auto [result, text] = cancel_one(*store, job.id);
    table.add({std::to_string(job.id), job.request.key, text});
    if (a.queue.json) std::printf("%s\n", result_line(job, result).c_str());
  }
  if (!a.queue.json) table.print();
  finish_output();
}

// Before the first is changed; the store says the same of one that changes meanwhile.
void check_retry(const JobInfo& job) {
  if (job.state == JobState::kFailed || job.state == JobState::kCancelled) return;
  throw UsageError("job " + std::to_string(job.id) + " is " + name_of(job.state) +
                   "; expected failed or cancelled, to be tried anew");
}

void retry(const NamedArguments& a) {
  const std::unique_ptr<JobStore> store = open_queue(a.queue);
  const std::vector<JobInfo> jobs = find_jobs(*store, a.names);
  for (const JobInfo& job : jobs) check_retry(job);
  Table table({"ID", "KEY", "RESULT"});
  for (const JobInfo& job : jobs) {
    store->retry(job.id);
    table.add({std::to_string(job.id), job.request.key, "queued anew"});
    if (a.queue.json) std::printf("%s\n", result_line(job, "queued").c_str());
  }
  if (!a.queue.json) table.print();
  finish_output();
}

struct PurgeArguments {
  QueueOptions queue;
  double days = 0;
  std::vector<std::string> states = {"succeeded", "failed", "cancelled"};
};

void purge(const PurgeArguments& a) {
  constexpr double kDayMs = 86'400'000, kMostDays = 36'500;
  if (a.days > kMostDays)
    throw UsageError("--older-than is " + number_text(a.days) + ", expected 0 to 36500 days");
  const std::unique_ptr<JobStore> store = open_queue(a.queue);
  const int64_t count = store->purge(std::llround(a.days * kDayMs), job_states(a.states));
  if (a.queue.json) {
    std::printf("{\"purged\":%lld}\n", static_cast<long long>(count));
  } else {
    std::printf("purged %lld %s\n", static_cast<long long>(count), count == 1 ? "job" : "jobs");
  }
  finish_output();
}

void add_named(CLI::App& verb, NamedArguments& a) {
  verb.add_option("ID", a.names, "numbers or keys")->required()->check(not_empty());
  add_queue_options(verb, a.queue);
}

void add_cancel(CLI::App& queue, Command& chosen) {
  CLI::App* verb = queue.add_subcommand("cancel", "Cancel jobs that wait or run");
  const auto a = std::make_shared<NamedArguments>();
  add_named(*verb, *a);
  verb->footer("Example:\n  flowreel queue cancel 12 shot_010_v003");
  verb->callback([a, &chosen] { chosen = [a] { cancel(*a); }; });
}

void add_retry(CLI::App& queue, Command& chosen) {
  CLI::App* verb = queue.add_subcommand("retry", "Queue failed or cancelled jobs anew");
  const auto a = std::make_shared<NamedArguments>();
  add_named(*verb, *a);
  verb->footer("Example:\n  flowreel queue retry 12 shot_010_v003");
  verb->callback([a, &chosen] { chosen = [a] { retry(*a); }; });
}

void add_purge(CLI::App& queue, Command& chosen) {
  CLI::App* verb =
      queue.add_subcommand("purge", "Forget jobs that are over, with their history and keys");
  const auto a = std::make_shared<PurgeArguments>();
  verb->add_option("--older-than", a->days, "days since their last change")
      ->required()
      ->check(number(0));
  verb->add_option("--state", a->states, "only these (succeeded,failed,cancelled)")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_queue_options(*verb, a->queue);
  verb->footer("Example:\n  flowreel queue purge --older-than 30 --state succeeded");
  verb->callback([a, &chosen] { chosen = [a] { purge(*a); }; });
}

}  // namespace

void add_queue_change(CLI::App& queue, Command& chosen) {
  add_cancel(queue, chosen);
  add_retry(queue, chosen);
  add_purge(queue, chosen);
}

}  // namespace flowreel
