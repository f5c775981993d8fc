#include "pipeline/generate/generate.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "configs/job.h"
#include "errors/error.h"
#include "files/file.h"
#include "pipeline/generate/validate.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/defaults.h"
#include "tools/flowreel/progress.h"
#include "tools/flowreel/sampling_arguments.h"

namespace flowreel {
namespace {

constexpr const char* kFooter =
    "Example:\n  flowreel generate --prompt \"a large red circle moving left on a white "
    "background\" "
    "-o circle.mp4";

constexpr int64_t kMaxSteps = 10000;

struct GenerateArguments {
  GenerateOptions options;
  SharedText text;
  std::string prompt_file, negative_prompt, source_prompt, seed = "42", noise_rng = "philox";
  SamplingText sampling;
  bool print_job = false;
};

void add_prompt_options(CLI::App& command, GenerateArguments& a) {
  command
      .add_option("-m,--model", a.options.model,
                  "diffusers pipeline directory (the small one that comes along)")
      ->check(not_empty());
  command.add_option("-p,--prompt", a.options.prompt, "what to show");
  command.add_option("--prompt-file", a.prompt_file, "the prompt, from a UTF-8 text file")
      ->check(not_empty());
  command.add_option("-n,--negative-prompt", a.negative_prompt,
                     "what not to show; needs --cfg-scale above 1");
  command.add_option("-i,--input", a.options.input, "clip or folder of images to start from")
      ->check(not_empty());
  command
      .add_option("--strength", a.options.strength,
                  "how much of --input to change, 0 to 1 (0.8); --invert: 1")
      ->check(number());
  command.add_flag("--invert", a.options.invert,
                   "begin from the noise that leads to --input, and not from drawn noise");
  command.add_option("--source-prompt", a.source_prompt,
                     "what --input shows, for --invert (the prompt)");
  command.add_option("--first-frame", a.options.first_frame, "image to hold as the first frame")
      ->check(not_empty());
}

void add_start_options(CLI::App& command, GenerateArguments& a) {
  SamplingOptions& s = a.options.sampling;
  command
      .add_option("--steps,--infer-steps,--num-inference-steps", s.steps,
                  "sampling steps (the model's, else 50)")
      ->check(whole_number(1, kMaxSteps));
  add_sampling_options(command, s, a.sampling);
  command.add_option("--seed", a.seed, "0 to 2^64-1; -1: a random one, printed (42)");
  command.add_option("--noise-rng", a.noise_rng,
                     "philox | torch-cpu, diffusers' CPU generator (philox)");
  command
      .add_option("--initial-latents", a.options.initial_latents, "noise from a safetensors file")
      ->check(not_empty());
  command.add_option("--from-latents", a.options.from_latents, "decode these latents; no sampling")
      ->check(not_empty());
  command
      .add_option("--save-latents", a.options.output.save_latents, "write the final latents there")
      ->check(not_empty());
}

void add_run_options(CLI::App& command, GenerateArguments& a) {
  command
      .add_option("--checkpoint", a.options.checkpoint.file,
                  "keep the state there, and go on from it; it stays")
      ->check(not_empty());
  command
      .add_option("--checkpoint-every", a.options.checkpoint.every_steps,
                  "steps between; 0: only before decoding (10)")
      ->check(whole_number(0, kMaxSteps));
  command.add_flag("--print-job", a.print_job, "print the job file of this command; run nothing");
}

std::string read_prompt(const std::string& path) {
  constexpr uint64_t kMaxBytes = 1 << 20;
  std::string text = read_text(path, kMaxBytes);
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);  // a byte order mark is no text
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// What CLI11 cannot convert by itself.
void complete(const CLI::App& command, GenerateArguments& a) {
  GenerateOptions& o = a.options;
  const bool has_prompt = command.count("--prompt") != 0,
             has_file = command.count("--prompt-file") != 0;
  if (has_prompt && has_file)
    throw UsageError("--prompt and --prompt-file exclude each other; give only one");
  if (has_file) o.prompt = read_prompt(a.prompt_file);
  if (!has_prompt && !has_file && o.from_latents.empty()) {
    throw UsageError("--prompt is missing; expected what the clip should show");
  }
  if (command.count("--negative-prompt") != 0) o.negative_prompt = a.negative_prompt;
  parse_sampling(command, a.sampling, o.sampling);
  if (command.count("--source-prompt") != 0) o.source_prompt = a.source_prompt;
  if (o.invert && command.count("--strength") == 0) o.strength = 1;
  if (command.count("--strength") != 0 && o.input.empty())
    throw UsageError("--strength needs --input");
  o.sampling.seed = parse_seed(a.seed);
  if (a.noise_rng != "philox" && a.noise_rng != "torch-cpu") {
    throw UsageError("--noise-rng is \"" + a.noise_rng + "\", expected philox or torch-cpu");
  }
  o.sampling.noise_rng = a.noise_rng == "philox" ? NoiseRng::kPhilox : NoiseRng::kTorchCpu;
  o.vae = parse_vae(a.text);
  if (o.model.empty()) o.model = bundled_model();
  if (o.model.empty())
    throw UsageError("--model is missing; expected a diffusers pipeline directory");
}

// What decides nothing when the latents are there: finished ones are not sampled, initial ones not
// drawn.
void tell_unused(const CLI::App& command, bool finished, const Events& events) {
  std::vector<const char*> unused = {"--seed", "--noise-rng"};
  if (finished) {
    unused.insert(unused.end(),
                  {"--prompt", "--prompt-file", "--negative-prompt", "--steps", "--solver",
                   "--tolerance", "--grid", "--flow-shift", "--sigmas", "--embedded-guidance-scale",
                   "--cfg-scale", "--cfg-rescale", "--cfg-interval"});
  }
  const std::string with = finished ? "--from-latents" : "--initial-latents";
  for (const char* option : unused) {
    if (command.count(option) != 0)
      events.tell(std::string(option) + " has no effect with " + with);
  }
}

// The name of a clip, as far as an id may look so.
std::string id_of(const std::string& clip) {
  std::string id;
  for (const char c : std::filesystem::path(clip).stem().string()) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    const bool inside = !id.empty() && (c == '.' || c == '-');
    id += plain || inside ? c : '_';
  }
  constexpr size_t kLongestId = 128;
  id.resize(std::min(id.size(), kLongestId));
  return id.empty() ? "clip" : id;
}

// The command line as a job.
Job job_of(const GenerateOptions& options, const std::string& id) {
  Job job;
  job.id = id;
  job.options = options;
  job.save_latents = !options.output.save_latents.empty();
  job.save_frames = !options.output.frames_dir.empty();
  job.contact_sheet = !options.output.contact_sheet.empty();
  return job;
}

// Names of files need not be UTF-8, as texts of jobs are.
std::string text_of(const nlohmann::json& job, int indent) {
  return job.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

void run(const CLI::App& command, GenerateArguments& a) {
  complete(command, a);
  check_texts(a.options);  // before they become JSON
  if (a.print_job) {
    validate(a.options);
    const Job job = job_of(a.options, id_of(a.options.output.path));
    std::printf("%s\n", text_of(job_json(job), 2).c_str());
    return;
  }
  ProgressPrinter printer(parse_progress(a.text.progress));
  const Events events = printer.events();
  apply_model_defaults({command.count("--steps") != 0, command.count("--cfg-scale") != 0},
                       a.options, events);
  const bool finished = !a.options.from_latents.empty();
  if (finished || !a.options.initial_latents.empty()) {
    tell_unused(command, finished, events);
  } else {
    events.tell("seed " + std::to_string(a.options.sampling.seed));
  }
  // Without the name of the output, so that one run makes the same bytes under any name.
  a.options.job = text_of(job_json(job_of(a.options, "clip")), -1);
  generate(a.options, events);
  printer.finish(a.options.output.path);
}

}  // namespace

void add_generate(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("generate", "Make one clip from a prompt, a first frame or a clip");
  const auto arguments = std::make_shared<GenerateArguments>();
  add_prompt_options(*command, *arguments);
  add_size_options(*command, arguments->options.size);
  add_start_options(*command, *arguments);
  add_vae_options(*command, arguments->text);
  add_compute_options(*command, arguments->options.compute);
  add_output_options(*command, arguments->options.output, arguments->text);
  add_run_options(*command, *arguments);
  command->footer(kSeldomNeeded + std::string(kFooter));
  command->callback([command, arguments, &chosen] {
    chosen = [command, arguments] { run(*command, *arguments); };
  });
}

}  // namespace flowreel
