// flowreel queue submit, ingest: jobs on their way in.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "configs/job_list.h"
#include "configs/spool.h"
#include "configs/submission.h"
#include "errors/error.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/printable.h"
#include "tools/flowreel/queue.h"
#include "tools/flowreel/table.h"

namespace flowreel {
namespace {

using nlohmann::json;

struct SubmitArguments {
  QueueOptions queue;
  std::vector<std::string> files, overrides;
  SubmitTerms terms;
  double delay_s = 0;
};

void print_json(const json& object) {
  std::printf("%s\n", object.dump(-1, ' ', false, json::error_handler_t::replace).c_str());
}

json json_of(const SubmittedJob& job) {
  return {{"id", job.id}, {"key", job.key}, {"was_there", job.was_there}};
}

std::string note_of(const SubmittedJob& job) { return job.was_there ? "was there already" : "new"; }

// Milliseconds; what is beyond all delays stays so.
int64_t milliseconds(double seconds) {
  constexpr double kBeyond = 1e15;
  return std::llround(std::min(seconds, kBeyond) * 1000);
}

std::vector<JobRequest> read_requests(const SubmitArguments& a) {
  std::vector<Job> jobs;
  for (const std::string& file : a.files) {
    for (Job& job : read_jobs(file, a.overrides)) jobs.push_back(std::move(job));
  }
  return job_requests(jobs, a.terms);
}

// All files are read and checked before the queue is opened, and all jobs before one is stored.
void submit(SubmitArguments& a) {
  a.terms.delay_ms = milliseconds(a.delay_s);
  check_terms(a.terms);
  const std::vector<JobRequest> requests = read_requests(a);
  const std::unique_ptr<JobStore> store = open_queue(a.queue, OpenMode::kCreate);
  const std::string conflict = conflict_in(*store, requests);
  if (!conflict.empty()) throw OutputError(conflict);
  const std::vector<SubmittedJob> submitted = submit_all(*store, requests);
  if (a.queue.json) {
    for (const SubmittedJob& job : submitted) print_json(json_of(job));
  } else {
    Table table({"ID", "KEY", "NOTE"});
    for (const SubmittedJob& job : submitted)
      table.add({std::to_string(job.id), job.key, note_of(job)});
    table.print();
  }
  finish_output();
}

struct IngestArguments {
  QueueOptions queue;
  std::string spool;
};

void print_ingested(const Ingested& one, bool as_json) {
  const bool accepted = one.code == 0;
  if (!as_json) {
    const std::string reason = accepted ? "" : ": " + one.message;
    std::printf("%s\n", printable(one.moved_to + reason).c_str());
    for (const SubmittedJob& job : one.jobs) {
      std::printf("  %lld  %s  %s\n", static_cast<long long>(job.id), printable(job.key).c_str(),
                  note_of(job).c_str());
    }
    return;
  }
  json object = {{"file", one.file}, {"moved_to", one.moved_to}, {"jobs", json::array()}};
  for (const SubmittedJob& job : one.jobs) object["jobs"].push_back(json_of(job));
  object["error"] = accepted ? json(nullptr) : json{{"code", one.code}, {"message", one.message}};
  print_json(object);
}

void ingest(const IngestArguments& a) {
  const std::unique_ptr<JobStore> store = open_queue(a.queue);
  const int count = Spool(a.spool).ingest(
      *store, [&](const Ingested& one) { print_ingested(one, a.queue.json); });
  if (count == 0 && !a.queue.json) std::printf("the inbox is empty\n");
  finish_output();
}

void add_submit(CLI::App& queue, Command& chosen) {
  CLI::App* verb = queue.add_subcommand("submit", "Put the jobs of job files into the queue");
  const auto a = std::make_shared<SubmitArguments>();
  verb->add_option("JOBS", a->files, "job files (.json), or one job a line (.jsonl)")
      ->required()
      ->check(not_empty());
  verb->add_option("--set", a->overrides, "change one value of all: key=value or a.b=value")
      ->allow_extra_args(false);
  verb->add_option("--priority", a->terms.priority, "higher goes first (0)")
      ->check(whole_number(INT32_MIN, INT32_MAX));
  verb->add_option("--delay", a->delay_s, "seconds from now, before which none may start (0)")
      ->check(number(0));
  verb->add_option("--needs", a->terms.needs.labels, "labels that the worker must have: gpu,big")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb->add_option("--needs-memory", a->terms.needs.memory_gib, "GiB of the worker's machine (0)")
      ->check(number(0));
  add_queue_options(*verb, a->queue);
  verb->footer(
      "A job that is there already keeps its number, and its priority and needs.\n"
      "Example:\n  flowreel queue submit shots.jsonl --priority 5 --set seed=43");
  verb->callback([a, &chosen] { chosen = [a] { submit(*a); }; });
}

void add_ingest(CLI::App& queue, Command& chosen) {
  CLI::App* verb = queue.add_subcommand("ingest", "Submit what lies in the inbox of a spool, once");
  const auto a = std::make_shared<IngestArguments>();
  verb->add_option("--spool", a->spool, "folder with inbox/, accepted/, rejected/; made if missing")
      ->required()
      ->check(not_empty());
  add_queue_options(*verb, a->queue);
  verb->footer("Example:\n  flowreel queue ingest --spool spool --store sqlite:queue.db");
  verb->callback([a, &chosen] { chosen = [a] { ingest(*a); }; });
}

}  // namespace

void add_queue_submit(CLI::App& queue, Command& chosen) {
  add_submit(queue, chosen);
  add_ingest(queue, chosen);
}

}  // namespace flowreel
