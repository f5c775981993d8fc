// How a training run shows itself: one line on a terminal, lines in a log, NDJSON for a program.
#pragma once

#include <string>

#include "pipeline/train/trainer.h"

namespace flowreel {

class TrainProgress {
 public:
  // mode: "auto" (a line that is written over on a terminal, else as plain), "plain", "json"
  // (lines {"v":1,"t":"progress","stage":"train","step","steps","pct","loss"} on stdout), "none".
  // UsageError.
  explicit TrainProgress(const std::string& mode);
  ~TrainProgress();

  TrainingEvents events();
  void finish(const std::string& output);

 private:
  void see(const TrainingProgress& progress);
  void end_line();

  enum class Mode { kLine, kPlain, kJson, kNone };
  Mode mode_;
  bool line_open_ = false;
};

}  // namespace flowreel
