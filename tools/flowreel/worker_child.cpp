// What a worker starts to touch models and codecs: jobs come on stdin, answers go to stdout.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "configs/job.h"
#include "configs/json_document.h"
#include "errors/error.h"
#include "files/place.h"
#include "pipeline/generate/hash.h"
#include "pipeline/queue/child_message.h"
#include "pipeline/queue/child_self.h"
#include "pipeline/queue/roots.h"
#include "pipeline/queue/run_job.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/complete_job.h"
#include "tools/flowreel/failure.h"
#include "tools/flowreel/stop_signal.h"

namespace flowreel {
namespace {

using Kind = ChildMessage::Kind;

struct ChildArguments {
  std::string output_dir;
  Roots roots;
  int threads = 0, parent = 0;
  uint64_t memory = 0;
  std::string device;
};

// What was stdout. Libraries print there too, and their lines must not come between ours: theirs go
// to stderr from the first message on.
std::FILE* answers() {
  static std::FILE* const stream = [] {
    const int own = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    std::FILE* opened = own < 0 ? nullptr : ::fdopen(own, "w");
    if (opened == nullptr || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
      throw UnavailableError("the worker of this process cannot be answered");
    return opened;
  }();
  return stream;
}

void say(const ChildMessage& message) {
  std::fprintf(answers(), "%s\n", to_line(message).c_str());
  std::fflush(answers());
}

std::optional<ChildMessage> listen() {
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return parse_child_line(line);
}

// Progress as it is made, and a sign of work once a second where a stage takes long.
Events events() {
  Events events;
  events.progress = [](const Progress& p) { say({Kind::kProgress, p.stage, p.done, p.total}); };
  events.notice = [](const std::string& text) { say({Kind::kNotice, text, 0, 0}); };
  using Clock = std::chrono::steady_clock;
  events.stop_requested = [last = Clock::now()]() mutable {
    const auto now = Clock::now();
    if (now - last > std::chrono::seconds(1)) {
      last = now;
      say({Kind::kTick, "", 0, 0});
    }
    return stop_signal() != 0;
  };
  return events;
}

void run_one(const ChildMessage& order, const ChildArguments& a, ModelCache& models) {
  Job job = read_job(parse_document(order.text, "job"));
  resolve_within(a.roots, job);
  if (job.options.compute.threads == 0) job.options.compute.threads = a.threads;
  if (!a.device.empty() && job.options.compute.device == "auto")
    job.options.compute.device = a.device;
  const Events told = events();
  complete_job(job, told);
  const RunJobOptions where = {a.output_dir, order.number, &models, [] {
                                 say({Kind::kMayI, "", 0, 0});
                                 const auto answer = listen();
                                 return answer && answer->kind == Kind::kPublish &&
                                        answer->number == 1;
                               }};
  const JobResult result = run_job(job, where, told);
  say({Kind::kDone, sha256_of_file(result.manifest), result.was_there ? 1 : 0, 0});
}

// Job after job; the end of stdin is the end of the worker.
void run(const ChildArguments& a) {
  become_child(a.parent, a.memory);
  answers();
  confine_reading({a.roots.models, a.roots.inputs, a.output_dir, bundled_model()});
  ModelCache models;
  while (const auto order = listen()) {
    if (order->kind != Kind::kRun) continue;
    try {
      run_one(*order, a, models);
    } catch (...) {
      const FailureReport report = report_of(std::current_exception());
      say({Kind::kFailed, report.text, report.exit_code, 0});
    }
    if (stop_signal() != 0) throw Interrupted("stopped on request");
  }
}

}  // namespace

void add_worker_child(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("worker-child", "");
  command->group("");  // not shown: people start workers
  const auto arguments = std::make_shared<ChildArguments>();
  command->add_option("--output-dir", arguments->output_dir)->required();
  command->add_option("--models", arguments->roots.models);
  command->add_option("--inputs", arguments->roots.inputs);
  command->add_option("--threads", arguments->threads);
  command->add_option("--parent", arguments->parent)->required();
  command->add_option("--memory", arguments->memory);
  command->add_option("--device", arguments->device);
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
