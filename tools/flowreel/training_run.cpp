#include "tools/flowreel/training_run.h"

#include <ATen/Parallel.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "errors/error.h"
#include "files/file.h"
#include "files/output_file.h"
#include "models/weights/device.h"
#include "pipeline/train/folder/folder_clips.h"
#include "pipeline/train/shapes_set.h"

namespace flowreel {
namespace {

constexpr uint64_t kMostBytes = 1 << 20;

bool has_bfloat16_instructions() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return true;  // not known
#endif
}

// By DataKind.
ClipSets shapes_maker(const DataOptions& data, at::Device device, const CaptionTokenizer&,
                      const TrainingEvents&) {
  return shapes_clips(data, device);
}
const ClipSetsMaker kMakers[] = {shapes_maker, folder_clips};

}  // namespace

std::string RunArguments::file() const {
  if (config.empty() && resume.empty())
    throw UsageError("--config is missing; expected the JSON file of a training run");
  return config.empty() ? resume + "/config.json" : config;
}

std::vector<std::string> RunArguments::changes() const {
  std::vector<std::string> changes = overrides;
  if (!resume.empty()) changes.push_back("output=" + resume);
  return changes;
}

void add_run_arguments(CLI::App& command, RunArguments& arguments) {
  command.add_option("-c,--config", arguments.config, "JSON file of the run, see docs/training.md");
  command.add_option("--resume", arguments.resume, "folder of a run that was stopped, and goes on");
  command.add_option("--set", arguments.overrides, "change one value: key=value or a.b=value")
      ->allow_extra_args(false);
  command.add_option("--progress", arguments.progress, "auto | plain | json | none");
}

at::Device prepare_device(const std::string& name, int64_t threads, bool bfloat16,
                          const std::function<void(const std::string&)>& tell) {
  const at::Device device = parse_device(name, "device");
  if (bfloat16 && device.is_cpu() && !has_bfloat16_instructions())
    tell(
        "precision is bfloat16, for which this processor has no instructions; float32 "
        "(--set precision=float32) is faster on it");
  if (threads > 0) at::set_num_threads(static_cast<int>(threads));
  use_exact_kernels();
  return device;
}

ClipSets make_clips(const DataOptions& data, at::Device device, const CaptionTokenizer& tokenizer,
                    const TrainingEvents& events) {
  return kMakers[static_cast<size_t>(data.kind)](data, device, tokenizer, events);
}

KeptConfig::KeptConfig(const TrainerOptions& run, const std::string& config,
                       const std::string& begun)
    : folder_(run.folder), begun_(begun) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) throw OutputError(folder_ + ": cannot be made: " + error.message());
  was_there_ = std::filesystem::exists(path());
  if (was_there_ && !run.resume) return;  // of a run that will not be touched
  if (was_there_) before_ = read_text(path(), kMostBytes);
  write(config);
}

KeptConfig::~KeptConfig() {
  std::error_code ignored;
  if (was_there_ || std::filesystem::exists(folder_ + "/" + begun_)) return;
  std::filesystem::remove(path(), ignored);
  std::filesystem::remove(folder_, ignored);  // only when it is empty
}

void KeptConfig::during(const std::function<void()>& run) {
  try {
    run();
  } catch (const Interrupted&) {
    throw;
  } catch (...) {
    if (!before_.empty()) write(before_);
    throw;
  }
}

void KeptConfig::write(const std::string& text) const {
  OutputFile file(path(), /*overwrite=*/true);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace flowreel
