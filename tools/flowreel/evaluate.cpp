#include "pipeline/evaluate/evaluate.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "errors/error.h"
#include "files/output_file.h"
#include "models/model_defaults.h"
#include "models/model_dir.h"
#include "pipeline/evaluate/autoencoder.h"
#include "pipeline/evaluate/clips.h"
#include "pipeline/evaluate/report.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/progress.h"
#include "tools/flowreel/sampling_arguments.h"

namespace flowreel {
namespace {

constexpr int64_t kMaxSteps = 10000;

struct EvaluateArguments {
  EvaluateOptions options;
  SharedText text;
  std::string seed = "42", split = "held-out", output, json;
  SamplingText sampling;
  bool ground_truth = false, autoencoder = false, overwrite = false;
};

shapes::Split parse_split(const std::string& name) {
  if (name == "held-out") return shapes::Split::kHeldOut;
  if (name == "training") return shapes::Split::kTraining;
  if (name == "all") return shapes::Split::kAll;
  throw UsageError("--split is \"" + name + "\", expected held-out, training or all");
}

nlohmann::json to_json(const EvaluateArguments& a, const std::vector<Rate>& rates) {
  const ClipSize usual = evaluated_size();
  nlohmann::json json = {{"model", a.ground_truth ? "" : a.options.model},
                         {"prompts", a.options.prompts},
                         {"seed", a.options.seed},
                         {"split", a.split},
                         {"width", a.options.size.width.value_or(usual.width)},
                         {"height", a.options.size.height.value_or(usual.height)},
                         {"frames", a.options.size.num_frames.value_or(usual.frames)},
                         {"steps", a.options.sampling.steps},
                         {"solver", a.options.sampling.solver},
                         {"cfg_scale", a.options.sampling.cfg_scale},
                         {"ground_truth", a.ground_truth},
                         {"autoencoder", a.autoencoder}};
  for (const Rate& rate : rates) {
    json["rates"][rate.property] = {{"right", rate.right},
                                    {"of", rate.of},
                                    {"low", rate.interval.low},
                                    {"high", rate.interval.high}};
  }
  return json;
}

void complete(const CLI::App& command, EvaluateArguments& a) {
  EvaluateOptions& o = a.options;
  parse_sampling(command, a.sampling, o.sampling);
  o.seed = parse_seed(a.seed);
  o.split = parse_split(a.split);
  o.vae = parse_vae(a.text);
  if (a.ground_truth && a.autoencoder)
    throw UsageError("--ground-truth and --autoencoder exclude each other; give only one");
  o.maker = a.ground_truth  ? ClipMaker::kRenderer
            : a.autoencoder ? ClipMaker::kAutoencoder
                            : ClipMaker::kModel;
  if (a.ground_truth) return;
  if (o.model.empty()) o.model = bundled_model();
  if (o.model.empty())
    throw UsageError("--model is missing; expected a diffusers pipeline directory");
  const ModelDefaults defaults = model_defaults(ModelDirectory(o.model));
  if (command.count("--cfg-scale") == 0) o.sampling.cfg_scale = defaults.cfg_scale.value_or(1);
}

void run(const CLI::App& command, EvaluateArguments& a) {
  complete(command, a);
  const ProgressMode mode = parse_progress(a.text.progress);
  std::optional<EvaluationFolder> folder;
  if (!a.output.empty()) folder.emplace(a.output, a.overwrite);
  std::optional<OutputFile> json;
  if (!a.json.empty()) json.emplace(a.json, a.overwrite);
  ProgressPrinter printer(mode);
  const Events events = printer.events();
  events.tell("seed " + std::to_string(a.options.seed));
  const auto clips =
      evaluate(a.options, events, [&](const at::Tensor& frames, const JudgedClip& clip) {
        if (folder) folder->add(frames, clip);
      });
  const std::vector<Rate> found = rates(clips);
  if (folder) folder->finish();
  if (json) {
    const std::string text = to_json(a, found).dump(2) + "\n";
    json->write(text.data(), text.size());
    json->commit();
  }
  // NDJSON has stdout to itself.
  const std::string table = rates_table(found) + reconstruction_line(clips);
  std::fputs(table.c_str(), is_for_machines(mode) ? stderr : stdout);
  if (is_for_machines(mode) || !a.output.empty()) printer.finish(a.output);
}

void add_options(CLI::App& command, EvaluateArguments& a) {
  EvaluateOptions& o = a.options;
  command.add_option("-m,--model", o.model, "diffusers pipeline directory");
  command.add_option("--prompts", o.prompts, "how many captions, one clip each (200)")
      ->check(whole_number());
  command.add_option("--seed", a.seed, "of the captions; clip i is made with seed + i");
  command.add_option("--split", a.split, "held-out | training | all: which combinations");
  command.add_option("-W,--width", o.size.width, "pixels, a multiple of 16 (128)")
      ->check(whole_number());
  command.add_option("-H,--height", o.size.height, "pixels, a multiple of 16 (128)")
      ->check(whole_number());
  command.add_option("--num-frames", o.size.num_frames, "4k+1 (33)")->check(whole_number());
  command.add_flag("--ground-truth", a.ground_truth,
                   "judge the scenes as rendered, without a model: checks the evaluator");
  command.add_flag(
      "--autoencoder", a.autoencoder,
      "judge the scenes through the model's autoencoder alone; also its PSNR and flicker");
  command.add_option("--steps", o.sampling.steps, "sampling steps (20)")
      ->check(whole_number(1, kMaxSteps));
  add_sampling_options(command, o.sampling, a.sampling);
  command.add_option("-o,--output", a.output, "folder for contact.png and results.csv");
  command.add_option("--json", a.json, "also write the rates to this file");
  command.add_flag("--overwrite", a.overwrite, "replace existing outputs");
  command.add_option("--progress", a.text.progress, "auto | plain | json | openjd | none");
}

}  // namespace

void add_evaluate(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "evaluate", "How often a model's clips of shapes show what their captions say");
  const auto arguments = std::make_shared<EvaluateArguments>();
  add_options(*command, *arguments);
  add_vae_options(*command, arguments->text);
  add_compute_options(*command, arguments->options.compute);
  command->footer(
      kSeldomNeeded +
      std::string(
          "Example:\n  flowreel evaluate --model models/pretrained/shapes --prompts 200 --seed 1 "
          "--output evaluation"));
  command->callback([command, arguments, &chosen] {
    chosen = [command, arguments] { run(*command, *arguments); };
  });
}

}  // namespace flowreel
