#include <CLI/CLI.hpp>

#include "configs/train_config.h"
#include "models/model_dir.h"
#include "pipeline/train/caption_tokenizer.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/train_pictures.h"
#include "tools/flowreel/train_progress.h"
#include "tools/flowreel/training_run.h"

namespace flowreel {
namespace {

constexpr const char* kFooter =
    "Example:\n  flowreel train --config configs/train/smoke.json --set output=out/smoke\n"
    "A run is a folder: loss.csv, checkpoints/ and, when it is finished, model/.";

void run(const RunArguments& a) {
  TrainProgress printer(a.progress);
  TrainConfig config = read_train_config(a.file(), a.changes());
  TrainingPlan& plan = config.plan;
  plan.trainer.resume = !a.resume.empty();
  plan.device =
      prepare_device(config.device, config.threads, plan.trainer.bfloat16, printer.events().notice);
  CaptionTokenizer tokenizer;
  if (plan.goal != TrainingGoal::kVae) tokenizer = caption_tokenizer(ModelDirectory(plan.model));
  const ClipSets clips = make_clips(plan.data, plan.device, tokenizer, printer.events());
  KeptConfig kept(plan.trainer, config.effective, "checkpoints");
  const std::string& folder = plan.trainer.folder;
  const auto samples = [&folder](int64_t step, const at::Tensor& shown,
                                 const std::vector<std::string>& captions) {
    write_samples(folder, step, shown, captions);
    draw_loss(folder);
  };
  kept.during([&] { run_training(plan, clips, tokenizer, printer.events(), samples); });
  draw_loss(folder);
  printer.finish(folder + "/model");
}

}  // namespace

void add_train(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("train", "Train a model's networks from clips");
  const auto arguments = std::make_shared<RunArguments>();
  add_run_arguments(*command, *arguments);
  command->footer(kFooter);
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
