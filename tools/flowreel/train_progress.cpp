#include "tools/flowreel/train_progress.h"

#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "tools/flowreel/printable.h"
#include "tools/flowreel/stop_signal.h"

namespace flowreel {

TrainProgress::TrainProgress(const std::string& mode) {
  if (mode == "auto") {
    mode_ = ::isatty(STDERR_FILENO) != 0 ? Mode::kLine : Mode::kPlain;
  } else if (mode == "plain") {
    mode_ = Mode::kPlain;
  } else if (mode == "json") {
    mode_ = Mode::kJson;
  } else if (mode == "none") {
    mode_ = Mode::kNone;
  } else {
    throw UsageError("--progress is \"" + mode + "\", expected auto, plain, json or none");
  }
}

TrainProgress::~TrainProgress() { end_line(); }

void TrainProgress::end_line() {
  if (line_open_) std::fputc('\n', stderr);
  line_open_ = false;
}

TrainingEvents TrainProgress::events() {
  TrainingEvents events;
  events.progress = [this](const TrainingProgress& p) { see(p); };
  events.notice = [this](const std::string& text) {
    end_line();
    std::fprintf(stderr, "flowreel: %s\n", printable(text).c_str());
  };
  events.stop_requested = [] { return stop_signal() != 0; };
  return events;
}

void TrainProgress::see(const TrainingProgress& p) {
  if (mode_ == Mode::kNone) return;
  if (mode_ == Mode::kJson) {
    const nlohmann::json line = {
        {"v", 1},
        {"t", "progress"},
        {"stage", "train"},
        {"step", p.step},
        {"steps", p.steps},
        {"loss", p.loss},
        {"pct", 100.0 * static_cast<double>(p.step) / static_cast<double>(p.steps)}};
    std::printf("%s\n", line.dump().c_str());
    std::fflush(stdout);
    return;
  }
  const auto left =
      static_cast<long long>(static_cast<double>(p.steps - p.step) * p.seconds_per_step);
  std::fprintf(stderr, "%sstep %lld/%lld  loss %.5f  %.3g s a step  %lld:%02lld:%02lld left%s",
               mode_ == Mode::kLine ? "\r" : "", static_cast<long long>(p.step),
               static_cast<long long>(p.steps), p.loss, p.seconds_per_step, left / 3600,
               left / 60 % 60, left % 60, mode_ == Mode::kLine ? "   " : "\n");
  line_open_ = mode_ == Mode::kLine;
}

void TrainProgress::finish(const std::string& output) {
  end_line();
  if (mode_ == Mode::kJson) {
    const nlohmann::json line = {{"v", 1}, {"t", "done"}, {"output", output}, {"pct", 100.0}};
    std::printf("%s\n", line.dump().c_str());
  } else {
    std::printf("%s\n", output.c_str());
  }
  std::fflush(stdout);
}

}  // namespace flowreel
