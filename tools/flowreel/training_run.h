// What `train` and `reflow` have in common on the command line.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pipeline/train/plan.h"

namespace CLI {
class App;
}

namespace flowreel {

struct RunArguments {
  std::string config, resume, progress = "auto";
  std::vector<std::string> overrides;

  // The configuration's file, and all that changes it. UsageError without one.
  std::string file() const;
  std::vector<std::string> changes() const;
};

void add_run_arguments(CLI::App& command, RunArguments& arguments);

// Of `name` as in --device; sets the number of threads and how kernels round. Tells when bfloat16
// is slower than float32 here. UnavailableError, UsageError.
at::Device prepare_device(const std::string& name, int64_t threads, bool bfloat16,
                          const std::function<void(const std::string&)>& tell);

// By the data's kind. Errors as ClipSetsMaker.
ClipSets make_clips(const DataOptions& data, at::Device device, const CaptionTokenizer& tokenizer,
                    const TrainingEvents& events);

// The configuration beside the run's results, so that --resume needs nothing else. It goes again,
// and the folder with it, when the run fails before there is anything to resume; a --resume that
// fails leaves the one that was there.
class KeptConfig {
 public:
  // `begun`: what the folder holds as soon as there is something to resume.
  KeptConfig(const TrainerOptions& run, const std::string& config, const std::string& begun);
  KeptConfig(const KeptConfig&) = delete;
  KeptConfig& operator=(const KeptConfig&) = delete;
  ~KeptConfig();

  // Runs it, and puts the configuration back that was there when it fails.
  void during(const std::function<void()>& run);

 private:
  std::string path() const { return folder_ + "/config.json"; }
  void write(const std::string& text) const;

  std::string folder_, begun_, before_;
  bool was_there_ = false;
};

}  // namespace flowreel
