#include <cstdio>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "files/output_file.h"
#include "pipeline/generate/find_grid.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/defaults.h"
#include "tools/flowreel/progress.h"
#include "tools/flowreel/sampling_arguments.h"

namespace flowreel {
namespace {

constexpr int64_t kMaxSteps = 10000;

struct ScheduleArguments {
  FindGridOptions options;
  SamplingText sampling;
  std::string seed = "42", progress = "auto", output;
  bool overwrite = false;
};

void complete(const CLI::App& command, ScheduleArguments& a, const Events& events) {
  GenerateOptions& run = a.options.run;
  for (const char* option : {"--sigmas", "--grid"}) {
    if (command.count(option) != 0)
      throw UsageError(std::string(option) + " is what is looked for; leave it out");
  }
  parse_sampling(command, a.sampling, run.sampling);
  run.sampling.seed = parse_seed(a.seed);
  if (run.model.empty()) run.model = bundled_model();
  if (run.model.empty())
    throw UsageError("--model is missing; expected a diffusers pipeline directory");
  run.prompt = a.options.prompts.front();
  apply_model_defaults({true, command.count("--cfg-scale") != 0}, run, events);
}

// Part of a job file: the levels are taken as they are, so the shift is 1.
nlohmann::json preset_of(const FoundGrid& found, const SamplingOptions& sampling) {
  return {{"sampling",
           {{"solver", sampling.solver}, {"sigmas", found.sigmas}, {"flow_shift", 1}}}};
}

void run(const CLI::App& command, ScheduleArguments& a) {
  ProgressPrinter printer(parse_progress(a.progress));
  const Events events = printer.events();
  complete(command, a, events);
  OutputFile file(a.output, a.overwrite);
  const FoundGrid found = find_grid(a.options, events);
  const std::string text = preset_of(found, a.options.run.sampling).dump(2) + "\n";
  file.write(text.data(), text.size());
  file.commit();
  printer.finish(a.output);
  std::fprintf(stderr,
               "flowreel: against %d steps of midpoint the latents are off by %.4f with the model's "
               "own %d steps, by %.4f with these\n",
               a.options.fine_steps, found.own_error, a.options.run.sampling.steps,
               found.found_error);
}

}  // namespace

void add_schedule(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("schedule", "Find the noise levels that suit a model and few steps");
  const auto a = std::make_shared<ScheduleArguments>();
  GenerateOptions& run_options = a->options.run;
  command->add_option("-m,--model", run_options.model, "diffusers pipeline directory")
      ->check(not_empty());
  command->add_option("-p,--prompt", a->options.prompts, "what to try it on; several may be given")
      ->required();
  command->add_option("--steps", run_options.sampling.steps, "how many levels")
      ->required()
      ->check(whole_number(1, kMaxSteps));
  command->add_option("--seeds", a->options.seeds, "noises for each prompt (1)")
      ->check(whole_number(1));
  command->add_option("--seed", a->seed, "of the first; 0 to 2^64-1 (42)");
  command
      ->add_option("--fine-steps", a->options.fine_steps, "of the solution to come close to (64)")
      ->check(whole_number(1, kMaxSteps));
  add_sampling_options(*command, run_options.sampling, a->sampling);
  add_size_options(*command, run_options.size);
  add_compute_options(*command, run_options.compute);
  command->add_option("-o,--output", a->output, "JSON file: part of a job")
      ->required()
      ->check(not_empty());
  command->add_flag("--overwrite", a->overwrite, "replace an existing output");
  command->add_option("--progress", a->progress, "auto | plain | json | openjd | none (auto)");
  command->footer(
      "Example:\n  flowreel schedule --steps 6 -o six.json --prompt \"a large red circle moving "
      "left on a white background\"");
  command->callback([command, a, &chosen] { chosen = [command, a] { run(*command, *a); }; });
}

}  // namespace flowreel
