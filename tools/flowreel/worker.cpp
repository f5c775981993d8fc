#include "pipeline/queue/worker.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <thread>

#include "configs/spool.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/queue/roots.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/printable.h"
#include "tools/flowreel/queue.h"
#include "tools/flowreel/ready.h"
#include "tools/flowreel/stop_signal.h"
#include "tools/flowreel/worker_metrics.h"

namespace flowreel {
namespace {

constexpr const char* kFooter =
    "Example:\n  flowreel worker --store sqlite:queue.db --output-dir out --models models\n"
    "docs/queue.md explains queues and workers.";

struct WorkerArguments {
  WorkerOptions options;
  Roots roots;
  QueueOptions queue;
  std::string spool, metrics;
  std::vector<std::string> labels;
  double lease_s = 60, stall_s = 600, grace_s = 25, memory_gib = 0, child_memory_gib = 0;
  double retry_delay_s = 15;
  RetryPolicy policy;
  int workers = 1, threads = 0, gpus = 0;
};

int64_t ms(double seconds) { return static_cast<int64_t>(seconds * 1000); }

// This program, whatever it was called as.
std::string own_path() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "host";
}

WorkerOptions options_of(const WorkerArguments& a, int index) {
  constexpr double kGib = 1024.0 * 1024 * 1024;
  WorkerOptions o = a.options;
  if (o.name.empty()) o.name = host_name() + ":" + std::to_string(::getpid());
  if (a.workers > 1) o.name += "." + std::to_string(index);
  o.offers = {a.labels, a.memory_gib};
  o.attempt.lease_ms = ms(a.lease_s);
  o.attempt.stall_ms = ms(a.stall_s);
  o.attempt.grace_ms = ms(a.grace_s);
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  const int threads = a.threads > 0 ? a.threads : std::max(1, cores / a.workers);
  const auto memory = static_cast<uint64_t>(a.child_memory_gib * kGib);
  o.child.command = {own_path(),     "worker-child",        "--parent",  std::to_string(::getpid()),
                     "--output-dir", o.attempt.output_dir,  "--models",  a.roots.models,
                     "--inputs",     a.roots.inputs,        "--threads", std::to_string(threads),
                     "--memory",     std::to_string(memory)};
  if (a.gpus > 0) {
    o.child.environment = {"CUDA_VISIBLE_DEVICES=" + std::to_string(index % a.gpus)};
    o.child.command.insert(o.child.command.end(), {"--device", "cuda"});
  }
  return o;
}

// Several workers of one process; the first that cannot go on stops them all.
class Crew {
 public:
  explicit Crew(const WorkerArguments& a)
      : a_(a), metrics_(a.metrics, static_cast<size_t>(a.workers)) {}

  WorkerEnd run() {
    std::vector<std::thread> threads;
    for (int i = 0; i < a_.workers; ++i) threads.emplace_back([this, i] { work(i); });
    for (std::thread& thread : threads) thread.join();
    if (error_) std::rethrow_exception(error_);
    return end_;
  }

 private:
  void work(int index) {
    try {
      RetryPolicy policy = a_.policy;
      policy.first_delay_ms = ms(a_.retry_delay_s);
      // A spool makes its queue; else a name that was mistyped would be a new, empty one.
      const auto store =
          open_queue(a_.queue, a_.spool.empty() ? OpenMode::kMustExist : OpenMode::kCreate, policy);
      const WorkerOptions options = options_of(a_, index);
      WorkerEvents events;
      events.stop = [this] { return stop_signal() != 0 || over_; };
      events.log = [&options](const std::string& text) {
        constexpr size_t kLongest = 3000;  // bytes
        const std::string line = printable(std::string(cut(text, kLongest)));
        if (takes_a_line(STDERR_FILENO))  // else the worker would stand still with its job
          std::fprintf(stderr, "flowreel: %s: %s\n", options.name.c_str(), line.c_str());
      };
      events.counted = [&](const WorkerCounts& counts) {
        metrics_.update(static_cast<size_t>(index), counts, *store);
      };
      if (!a_.spool.empty() && index == 0)
        events.before_claim = [&] { ingest(*store, events.log); };
      events.counted({});
      ended(Worker(*store, options, events).run());
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      over_ = true;
    }
  }

  void ingest(JobStore& store, const std::function<void(const std::string&)>& log) const {
    try {
      Spool(a_.spool).ingest(store, [&log](const Ingested& file) {
        log(quote(file.file) + " is now " + quote(file.moved_to) +
            (file.code == 0 ? "" : ": " + file.message));
      });
    } catch (const IoError& error) {
      log(error.what());  // the file stays, for the next time
    } catch (const OutputError& error) {
      log(error.what());
    }
  }

  void ended(WorkerEnd end) {
    const std::lock_guard lock(mutex_);
    if (end == WorkerEnd::kStopped && over_) return;
    if (end_ != WorkerEnd::kBroken) end_ = end;
    if (end == WorkerEnd::kBroken) over_ = true;
  }

  const WorkerArguments& a_;
  WorkerMetrics metrics_;
  std::mutex mutex_;
  std::exception_ptr error_;
  WorkerEnd end_ = WorkerEnd::kDrained;
  std::atomic<bool> over_{false};
};

void run(const WorkerArguments& a) {
  const WorkerEnd end = Crew(a).run();
  if (end == WorkerEnd::kStopped) throw Interrupted("stopped on request; what was begun is queued");
  if (end == WorkerEnd::kBroken)
    throw UnavailableError(std::to_string(a.options.failures_in_a_row) +
                           " jobs failed in a row through no fault of their own: something is "
                           "wrong with this machine");
}

void add_queue_options(CLI::App& command, WorkerArguments& a) {
  command.add_option("--store", a.queue.store, "sqlite:PATH or postgresql://… (sqlite:queue.db)")
      ->envname("FLOWREEL_STORE")
      ->check(not_empty());
  command.add_option("--spool", a.spool, "folder whose inbox/ is submitted to the queue");
  command.add_option("--name", a.options.name, "in the history of jobs (host and process)");
  command.add_option("--offers", a.labels, "labels that jobs may need, as gpu,big")->delimiter(',');
  command.add_option("--offers-memory", a.memory_gib, "GiB that a job may need (0)")
      ->check(number(0));
  command.add_flag("--drain", a.options.drain, "end when the queue has nothing left to do");
  command.add_option("--max-jobs", a.options.max_jobs, "end after so many; 0: never (0)")
      ->check(whole_number(0, INT64_MAX));
  command.add_option("--max-errors", a.policy.max_errors, "errors after which a job is dead (3)")
      ->check(whole_number(1, 1000));
  command.add_option("--max-crashes", a.policy.max_crashes, "crashes, likewise (2)")
      ->check(whole_number(1, 1000));
  command
      .add_option("--retry-delay", a.retry_delay_s,
                  "seconds to the second attempt, each later one 4 times that (15)")
      ->check(number(0));
  command.add_option("--lease", a.lease_s, "seconds until the job of a dead worker is free (60)")
      ->check(number(0.05));
}

void add_machine_options(CLI::App& command, WorkerArguments& a) {
  command.add_option("--output-dir", a.options.attempt.output_dir, "results go to DIR/<id>/")
      ->required()
      ->check(not_empty());
  command.add_option("--models", a.roots.models, "folder that model.path of jobs is within");
  command.add_option("--inputs", a.roots.inputs, "folder that inputs of jobs are within");
  command.add_option("--workers", a.workers, "jobs at a time (1)")->check(whole_number(1, 256));
  command.add_option("--threads", a.threads, "of each; 0: the cores, divided (0)")
      ->check(whole_number(0, 1024));
  command.add_option("--gpus", a.gpus, "GPUs to divide among the workers; 0: none (0)")
      ->check(whole_number(0, 64));
  command.add_option("--stall", a.stall_s, "seconds without a sign of work, then it fails (600)")
      ->check(number(0.05));
  command.add_option("--grace", a.grace_s, "seconds to save and end when stopped (25)")
      ->check(number(0));
  command.add_option("--child-memory", a.child_memory_gib, "GiB a job may hold; 0: any (0)")
      ->check(number(0));
  command.add_option("--min-free", a.options.min_free_gib, "GiB of disk to claim a job (1)")
      ->check(number(0));
  command.add_option("--metrics", a.metrics, "file for Prometheus' textfile collector");
}

}  // namespace

void add_worker(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("worker", "Work a queue of jobs");
  const auto arguments = std::make_shared<WorkerArguments>();
  add_queue_options(*command, *arguments);
  add_machine_options(*command, *arguments);
  command->footer(kFooter);
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
