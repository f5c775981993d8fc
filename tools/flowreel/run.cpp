#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "configs/job_list.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/queue/run_job.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/complete_job.h"
#include "tools/flowreel/progress.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFooter =
    "Example:\n  flowreel run jobs.jsonl --output-dir out --set sampling.steps=20\n"
    "docs/jobs.md explains the job file; configs/job.schema.json is its JSON Schema.";

struct RunArguments {
  std::string file, output_dir = "out", progress = "auto";
  std::vector<std::string> overrides;
  int64_t only = 0;  // the job at this place in the file, from 1; 0: all
  bool dry_run = false;
};

// Paths of a job file are relative to the folder that it lies in.
void resolve(std::string& path, const fs::path& folder) {
  if (!path.empty() && fs::path(path).is_relative()) path = (folder / path).string();
}

void resolve_paths(Job& job, const std::string& file) {
  const fs::path folder = fs::path(file).parent_path();
  for (const JobPath& named : paths_of(job)) resolve(*named.path, folder);
}

// The job as it would be run, sizes resolved, on stdout.
void print_checked(const Job& job, const RunRecord& record) {
  nlohmann::json shown = nlohmann::json::parse(job.effective);
  shown["width"] = record.size.width;
  shown["height"] = record.size.height;
  shown["num_frames"] = record.size.frames;
  shown["fps"] = record.size.fps;
  std::printf("%s\n", shown.dump(2).c_str());
}

void run_one(Job& job, const RunArguments& a, ProgressMode mode) {
  ProgressPrinter printer(mode);
  const Events events = printer.events();
  complete_job(job, events);
  if (a.dry_run) {
    print_checked(job, check_job(job, a.output_dir, events));
  } else {
    const JobResult result = run_job(job, {a.output_dir, 0, nullptr, {}}, events);
    if (result.was_there)
      std::fprintf(stderr, "flowreel: job %s is done already\n", quote(job.id).c_str());
    printer.finish(result.folder);
  }
}

// All jobs of a file are read before the first one is run.
void run(const RunArguments& a) {
  const ProgressMode mode = parse_progress(a.progress);
  std::vector<Job> jobs = read_jobs(a.file, a.overrides);
  if (a.only > static_cast<int64_t>(jobs.size()))
    throw UsageError("--only is " + std::to_string(a.only) + ", but " + quote(a.file) + " has " +
                     std::to_string(jobs.size()) + " jobs");
  if (a.only > 0) jobs = {jobs[static_cast<size_t>(a.only - 1)]};
  for (Job& job : jobs) resolve_paths(job, a.file);
  for (Job& job : jobs) run_one(job, a, mode);
}

}  // namespace

void add_run(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("run", "Run job files: one job, a list, or one a line");
  const auto arguments = std::make_shared<RunArguments>();
  command->add_option("JOBS", arguments->file, "job file (.json), or one job a line (.jsonl)")
      ->required();
  command->add_option("--output-dir", arguments->output_dir, "results go to DIR/<id>/ (out)")
      ->check(not_empty());
  command->add_option("--set", arguments->overrides, "change one value: key=value or a.b=value")
      ->allow_extra_args(false);
  command->add_option("--only", arguments->only, "run the N-th job of the file alone, from 1")
      ->check(whole_number(1, INT64_MAX));
  command->add_flag("--dry-run", arguments->dry_run,
                    "check everything that can be, print the effective jobs, run nothing");
  command->add_option("--progress", arguments->progress,
                      "auto | plain | json | openjd | none (auto)");
  command->footer(kFooter);
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
