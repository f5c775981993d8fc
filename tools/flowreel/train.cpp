#include <ATen/Parallel.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>

#include "configs/train_config.h"
#include "errors/error.h"
#include "files/file.h"
#include "files/output_file.h"
#include "models/model_dir.h"
#include "models/weights/device.h"
#include "pipeline/train/caption_tokenizer.h"
#include "pipeline/train/folder/folder_clips.h"
#include "pipeline/train/shapes_set.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/train_pictures.h"
#include "tools/flowreel/train_progress.h"

namespace flowreel {
namespace {

constexpr const char* kFooter =
    "Example:\n  flowreel train --config configs/train/smoke.json --set output=out/smoke\n"
    "A run is a folder: loss.csv, checkpoints/ and, when it is finished, model/.";

struct TrainArguments {
  std::string config, resume, progress = "auto";
  std::vector<std::string> overrides;
};

TrainConfig read(const TrainArguments& a) {
  if (a.config.empty() && a.resume.empty())
    throw UsageError("--config is missing; expected the JSON file of a training run");
  std::vector<std::string> overrides = a.overrides;
  if (!a.resume.empty()) overrides.push_back("output=" + a.resume);
  const std::string file = a.config.empty() ? a.resume + "/config.json" : a.config;
  TrainConfig config = read_train_config(file, overrides);
  config.plan.trainer.resume = !a.resume.empty();
  return config;
}

bool has_bfloat16_instructions() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return true;  // not known
#endif
}

void prepare(TrainConfig& config, const std::function<void(const std::string&)>& tell) {
  config.plan.device = parse_device(config.device, "device");
  if (config.plan.trainer.bfloat16 && config.plan.device.is_cpu() && !has_bfloat16_instructions())
    tell(
        "precision is bfloat16, for which this processor has no instructions; float32 "
        "(--set precision=float32) is faster on it");
  if (config.threads > 0) at::set_num_threads(static_cast<int>(config.threads));
  use_exact_kernels();
}

// The configuration beside the run's results, so that --resume needs nothing else. It goes again,
// and the folder with it, when the run fails before there is anything to resume; a --resume that
// fails leaves the one that was there.
class KeptConfig {
 public:
  explicit KeptConfig(const TrainConfig& config) : folder_(config.plan.trainer.folder) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error) throw OutputError(folder_ + ": cannot be made: " + error.message());
    was_there_ = std::filesystem::exists(path());
    if (was_there_ && !config.plan.trainer.resume) return;  // of a run that train() will not touch
    if (was_there_) before_ = read_text(path(), kMostBytes);
    write(config.effective);
  }
  KeptConfig(const KeptConfig&) = delete;
  KeptConfig& operator=(const KeptConfig&) = delete;
  void put_back() {
    if (!before_.empty()) write(before_);
  }
  ~KeptConfig() {
    std::error_code ignored;
    if (was_there_ || std::filesystem::exists(folder_ + "/checkpoints")) return;
    std::filesystem::remove(path(), ignored);
    std::filesystem::remove(folder_, ignored);  // only when it is empty
  }

 private:
  static constexpr uint64_t kMostBytes = 1 << 20;

  std::string path() const { return folder_ + "/config.json"; }
  void write(const std::string& text) const {
    OutputFile file(path(), /*overwrite=*/true);
    file.write(text.data(), text.size());
    file.commit();
  }

  std::string folder_, before_;
  bool was_there_ = false;
};

// By DataKind.
ClipSets shapes_maker(const DataOptions& data, at::Device device, const CaptionTokenizer&,
                      const TrainingEvents&) {
  return shapes_clips(data, device);
}
const ClipSetsMaker kMakers[] = {shapes_maker, folder_clips};

void run(const TrainArguments& a) {
  TrainProgress printer(a.progress);
  TrainConfig config = read(a);
  prepare(config, printer.events().notice);
  CaptionTokenizer tokenizer;
  if (config.plan.goal != TrainingGoal::kVae)
    tokenizer = caption_tokenizer(ModelDirectory(config.plan.model));
  const ClipSets clips = kMakers[static_cast<size_t>(config.plan.data.kind)](
      config.plan.data, config.plan.device, tokenizer, printer.events());
  KeptConfig kept(config);
  const std::string& folder = config.plan.trainer.folder;
  const auto samples = [&folder](int64_t step, const at::Tensor& clips,
                                 const std::vector<std::string>& captions) {
    write_samples(folder, step, clips, captions);
    draw_loss(folder);
  };
  try {
    run_training(config.plan, clips, tokenizer, printer.events(), samples);
  } catch (const Interrupted&) {
    throw;
  } catch (...) {
    kept.put_back();
    throw;
  }
  draw_loss(folder);
  printer.finish(folder + "/model");
}

}  // namespace

void add_train(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("train", "Train a model's networks from clips");
  const auto arguments = std::make_shared<TrainArguments>();
  command->add_option("-c,--config", arguments->config,
                      "JSON file of the run, see docs/training.md");
  command->add_option("--resume", arguments->resume,
                      "folder of a run that was stopped; goes on from its newest checkpoint");
  command->add_option("--set", arguments->overrides, "change one value: key=value or a.b=value")
      ->allow_extra_args(false);
  command->add_option("--progress", arguments->progress, "auto | plain | json | none");
  command->footer(kFooter);
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
