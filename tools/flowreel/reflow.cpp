#include <CLI/CLI.hpp>

#include "configs/reflow_config.h"
#include "models/model_dir.h"
#include "pipeline/train/caption_tokenizer.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/train_pictures.h"
#include "tools/flowreel/train_progress.h"
#include "tools/flowreel/training_run.h"

namespace flowreel {
namespace {

constexpr const char* kFooter =
    "Example:\n  flowreel reflow --config configs/reflow/smoke.json --set output=out/smoke\n"
    "A run is a folder: round_1/, round_2/, … with pairs/, loss.csv, paths.csv and\n"
    "model/, and at the end model/, which has learnt its teacher's guidance.";

void run(const RunArguments& a) {
  TrainProgress printer(a.progress);
  ReflowConfig config = read_reflow_config(a.file(), a.changes());
  ReflowPlan& plan = config.plan;
  plan.trainer.resume = !a.resume.empty();
  plan.device =
      prepare_device(config.device, config.threads, plan.trainer.bfloat16, printer.events().notice);
  const CaptionTokenizer tokenizer = caption_tokenizer(ModelDirectory(plan.model));
  const ClipSets clips = make_clips(plan.data, plan.device, tokenizer, printer.events());
  const std::string& folder = plan.trainer.folder;
  KeptConfig kept(plan.trainer, config.effective, "round_1");
  const auto samples = [](const std::string& round, int64_t step, const at::Tensor& shown,
                          const std::vector<std::string>& captions) {
    write_samples(round, step, shown, captions);
    draw_loss(round);
  };
  kept.during([&] { run_reflow(plan, clips, tokenizer, printer.events(), samples); });
  for (int64_t round = 1; round <= plan.rounds; ++round) draw_loss(round_folder(folder, round));
  printer.finish(folder + "/model");
}

}  // namespace

void add_reflow(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("reflow", "Straighten a model's flow, so that few steps are enough");
  const auto arguments = std::make_shared<RunArguments>();
  add_run_arguments(*command, *arguments);
  command->footer(kFooter);
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
