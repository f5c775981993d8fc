// flowreel queue list, show, stats: they change nothing.
#include <algorithm>
#include <cstdio>
#include <utility>

#include "errors/quote.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/queue.h"
#include "tools/flowreel/queue_text.h"
#include "tools/flowreel/table.h"

namespace flowreel {
namespace {

constexpr int kMostListed = 100'000, kListed = 1000;

struct ListArguments {
  QueueOptions queue;
  std::vector<std::string> states;
  int64_t after = 0;
  int limit = kListed;
};

void print_jobs(const std::vector<JobInfo>& jobs) {
  const int64_t now = wall_clock_ms();
  Table table({"ID", "KEY", "STATE", "SINCE", "PRIORITY", "TRIES", "NOTE"});
  for (const JobInfo& job : jobs) {
    table.add({std::to_string(job.id), job.request.key, name_of(job.state),
               ago(now, job.changed_ms), std::to_string(job.request.priority),
               std::to_string(job.token), note_text(job, now)});
  }
  table.print();
}

void list(const ListArguments& a) {
  const ListFilter filter{job_states(a.states), "", a.after, a.limit};
  const std::vector<JobInfo> jobs = open_queue(a.queue)->list(filter);
  if (!a.queue.json) {
    print_jobs(jobs);
  } else {
    for (const JobInfo& job : jobs) std::printf("%s\n", job_line(job).c_str());
  }
  finish_output();
  if (std::cmp_equal(jobs.size(), a.limit)) {
    std::fprintf(stderr, "flowreel: there may be more: --after %lld\n",
                 static_cast<long long>(jobs.back().id));
  }
}

struct ShowArguments {
  QueueOptions queue;
  std::string name;
};

void print_field(const char* name, const std::string& text) {
  constexpr size_t kNameColumns = 12;
  if (!text.empty()) std::printf("%-12s%s\n", name, cut(text, kColumns - kNameColumns).c_str());
}

std::string moment_text(int64_t now, int64_t at_ms) {
  return date_text(at_ms) + ", " +
         (at_ms > now ? "in " + duration_text(at_ms - now) : ago(now, at_ms));
}

void print_fields(const JobInfo& job, int64_t now) {
  print_field("job", std::to_string(job.id));
  print_field("key", job.request.key);
  print_field("state", name_of(job.state) + (job.cancel_requested ? ", cancel requested" : ""));
  print_field("priority", std::to_string(job.request.priority));
  print_field("needs", needs_text(job.request.needs));
  print_field("submitted", moment_text(now, job.submitted_ms));
  if (job.not_before_ms > now) print_field("not before", moment_text(now, job.not_before_ms));
  print_field("changed", moment_text(now, job.changed_ms));
  print_field("tries", tries_text(job));
  print_field("worker", job.worker);
  if (!job.progress.stage.empty() || job.progress.percent > 0)
    print_field("progress", job.progress.stage + " " + number_text(job.progress.percent) + " %");
  if (job.failure) print_field("failure", failure_text(*job.failure));
  print_field("manifest", job.manifest_sha256);
}

void print_text(const std::string& text) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::printf("%s\n", cut(text.substr(begin, end - begin), kColumns).c_str());
    begin = end + 1;
  }
}

void show(const ShowArguments& a) {
  const std::unique_ptr<JobStore> store = open_queue(a.queue);
  const int64_t id = find_job(*store, a.name).id;
  const JobInfo job = store->get(id);
  const std::vector<Transition> history = store->history(id);
  if (a.queue.json) {
    std::printf("%s\n", job_line(job, &history).c_str());
    return finish_output();
  }
  print_fields(job, wall_clock_ms());
  std::printf("\n");
  Table table({"HISTORY", "STATE", "WORKER", "WHAT"});
  for (const Transition& t : history)
    table.add({date_text(t.at_ms), name_of(t.state), t.worker, t.text});
  table.print();
  std::printf("\n");
  print_text(job.request.job);
  finish_output();
}

void stats(const QueueOptions& options) {
  const StoreStats found = open_queue(options)->stats();
  if (options.json) {
    std::printf("%s\n", stats_line(found).c_str());
    return finish_output();
  }
  Table table({"STATE", "JOBS"});
  for (const auto& [state, count] : found.jobs) table.add({name_of(state), std::to_string(count)});
  table.print();
  std::printf("%lld could be claimed now%s\n", static_cast<long long>(found.ready),
              found.oldest_ready_ms
                  ? (", the first for " + duration_text(*found.oldest_ready_ms)).c_str()
                  : "");
  finish_output();
}

void add_list(CLI::App& queue, Command& chosen) {
  CLI::App* verb = queue.add_subcommand("list", "The jobs, in the order of their numbers");
  const auto a = std::make_shared<ListArguments>();
  add_queue_options(*verb, a->queue);
  verb->add_option("--state", a->states, "only these: queued,running,retry_wait,succeeded,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb->add_option("--after", a->after, "only jobs with a higher number than this")
      ->check(whole_number(0, INT64_MAX));
  verb->add_option("--limit", a->limit, "at most so many (1000)")
      ->check(whole_number(1, kMostListed));
  verb->footer("Example:\n  flowreel queue list --state failed,cancelled");
  verb->callback([a, &chosen] { chosen = [a] { list(*a); }; });
}

void add_show(CLI::App& queue, Command& chosen) {
  CLI::App* verb = queue.add_subcommand("show", "One job, its history and its job file");
  const auto a = std::make_shared<ShowArguments>();
  verb->add_option("ID", a->name, "number or key")->required()->check(not_empty());
  add_queue_options(*verb, a->queue);
  verb->footer("Example:\n  flowreel queue show shot_010_v003");
  verb->callback([a, &chosen] { chosen = [a] { show(*a); }; });
}

void add_stats(CLI::App& queue, Command& chosen) {
  CLI::App* verb = queue.add_subcommand("stats", "How many jobs there are in each state");
  const auto a = std::make_shared<QueueOptions>();
  add_queue_options(*verb, *a);
  verb->footer("Example:\n  flowreel queue stats --json");
  verb->callback([a, &chosen] { chosen = [a] { stats(*a); }; });
}

}  // namespace

void add_queue_look(CLI::App& queue, Command& chosen) {
  add_list(queue, chosen);
  add_show(queue, chosen);
  add_stats(queue, chosen);
}

}  // namespace flowreel
