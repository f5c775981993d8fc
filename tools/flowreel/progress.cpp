#include "tools/flowreel/progress.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "errors/error.h"
#include "tools/flowreel/failure.h"
#include "tools/flowreel/printable.h"
#include "tools/flowreel/ready.h"
#include "tools/flowreel/stop_signal.h"

namespace flowreel {
namespace {

using Clock = std::chrono::steady_clock;

struct StageShare {
  const char* name;
  double begin, end;  // per cent of the whole run
};
constexpr std::array<StageShare, 5> kStages = {{{"measure", 0, 100},
                                                {"text", 0, 5},
                                                {"encode", 5, 10},
                                                {"sample", 10, 85},
                                                {"decode", 85, 100}}};

double per_cent(const Progress& p) {
  for (const StageShare& stage : kStages) {
    if (p.stage != stage.name) continue;
    const double part =
        p.total > 0 ? static_cast<double>(p.done) / static_cast<double>(p.total) : 0;
    return stage.begin + part * (stage.end - stage.begin);
  }
  return 0;
}

std::string left_text(double seconds) {
  char text[32];
  const int s = static_cast<int>(seconds + 0.5);
  if (s >= 3600) {
    std::snprintf(text, sizeof text, "%d:%02d:%02d left", s / 3600, s / 60 % 60, s % 60);
  } else {
    std::snprintf(text, sizeof text, "%d:%02d left", s / 60, s % 60);
  }
  return text;
}

}  // namespace

struct ProgressPrinter::State {
  ProgressMode mode;
  bool bar_open = false;
  double pct = 0;
  Progress last;
  int last_tenth = -1;
  Clock::time_point stage_began = Clock::now();
  std::mutex mutex;
  std::condition_variable wake;
  bool closing = false;
  std::thread heartbeat;
  bool working = false;
  std::vector<std::string> held;  // notices of a run that has not begun

  void begin() {
    working = true;
    for (const std::string& text : held) {
      if (takes_a_line(STDERR_FILENO, kPatienceMs))
        std::fprintf(stderr, "flowreel: %s\n", text.c_str());
    }
    held.clear();
  }

  void print_json() {
    nlohmann::json line = {{"v", 1},
                           {"t", "progress"},
                           {"stage", last.stage},
                           {"step", last.done},
                           {"steps", last.total},
                           {"pct", std::round(pct * 10) / 10}};
    std::printf("%s\n",
                line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    std::fflush(stdout);
  }

  void print_openjd() {
    std::printf("openjd_progress: %.1f\nopenjd_status: %s %lld of %lld\n", pct, last.stage.c_str(),
                static_cast<long long>(last.done), static_cast<long long>(last.total));
    std::fflush(stdout);
  }

  void print_line() {
    if (!takes_a_line(STDOUT_FILENO)) return;
    if (mode == ProgressMode::kJson) print_json();
    if (mode == ProgressMode::kOpenjd) print_openjd();
  }

  void print_plain() {
    if (!takes_a_line(STDERR_FILENO)) return;
    const int tenth = last.total > 0 ? static_cast<int>(10 * last.done / last.total) : 0;
    if (tenth == last_tenth) return;
    last_tenth = tenth;
    std::fprintf(stderr, "%s %lld/%lld\n", last.stage.c_str(), static_cast<long long>(last.done),
                 static_cast<long long>(last.total));
  }

  void print_bar() {
    if (!takes_a_line(STDERR_FILENO)) return;
    constexpr int kWidth = 30;
    const double part =
        last.total > 0 ? static_cast<double>(last.done) / static_cast<double>(last.total) : 0;
    const int filled = static_cast<int>(part * kWidth);
    const double spent = std::chrono::duration<double>(Clock::now() - stage_began).count();
    const std::string left = last.done > 0 && part < 1 ? left_text(spent * (1 - part) / part) : "";
    std::fprintf(stderr, "\r%-7s [%s%s] %lld/%lld %-14s", last.stage.c_str(),
                 std::string(filled, '#').c_str(), std::string(kWidth - filled, '.').c_str(),
                 static_cast<long long>(last.done), static_cast<long long>(last.total),
                 left.c_str());
    bar_open = true;
    if (part >= 1) close_bar();
  }

  void close_bar() {
    if (bar_open) std::fputc('\n', stderr);
    bar_open = false;
  }

  void see(const Progress& p) {
    const std::lock_guard lock(mutex);
    if (!working) begin();
    if (p.stage != last.stage) {
      close_bar();
      stage_began = Clock::now();
      last_tenth = -1;
    }
    last = p;
    pct = std::max(pct, per_cent(p));
    print_line();
    if (mode == ProgressMode::kPlain) print_plain();
    if (mode == ProgressMode::kAuto) print_bar();
  }

  void notice(const std::string& text) {
    const std::lock_guard lock(mutex);
    close_bar();
    held.push_back(printable(text));
    if (working) begin();
  }

  void keep_alive() {
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, std::chrono::seconds(20), [this] { return closing; })) print_line();
  }
};

ProgressPrinter::ProgressPrinter(ProgressMode mode) : state_(std::make_unique<State>()) {
  state_->mode =
      mode == ProgressMode::kAuto && ::isatty(STDERR_FILENO) == 0 ? ProgressMode::kPlain : mode;
  if (mode == ProgressMode::kJson || mode == ProgressMode::kOpenjd) {
    state_->heartbeat = std::thread([state = state_.get()] { state->keep_alive(); });
  }
}

ProgressPrinter::~ProgressPrinter() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->close_bar();
    state_->closing = true;
  }
  state_->wake.notify_all();
  if (state_->heartbeat.joinable()) state_->heartbeat.join();
}

Events ProgressPrinter::events() {
  Events events;
  State* state = state_.get();
  events.progress = [state](const Progress& p) { state->see(p); };
  events.notice = [state](const std::string& text) { state->notice(text); };
  events.stop_requested = [] { return stop_signal() != 0; };
  return events;
}

void ProgressPrinter::finish(const std::string& output) {
  const std::lock_guard lock(state_->mutex);
  state_->close_bar();
  if (!takes_a_line(STDOUT_FILENO, kPatienceMs)) return;
  if (state_->mode == ProgressMode::kOpenjd) {
    std::printf("openjd_progress: 100.0\nopenjd_status: done, %s\n", printable(output).c_str());
    std::fflush(stdout);
    return;
  }
  if (state_->mode != ProgressMode::kJson) {
    std::printf("%s\n", output.c_str());
    return;
  }
  nlohmann::json line = {{"v", 1}, {"t", "done"}, {"output", output}, {"pct", 100.0}};
  std::printf("%s\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  std::fflush(stdout);
}

ProgressMode parse_progress(const std::string& name) {
  set_failure_format(name == "json"     ? FailureFormat::kJson
                     : name == "openjd" ? FailureFormat::kOpenjd
                                        : FailureFormat::kNone);
  if (name == "auto") return ProgressMode::kAuto;
  if (name == "plain") return ProgressMode::kPlain;
  if (name == "json") return ProgressMode::kJson;
  if (name == "openjd") return ProgressMode::kOpenjd;
  if (name == "none") return ProgressMode::kNone;
  throw UsageError("--progress is \"" + name + "\", expected auto, plain, json, openjd or none");
}

}  // namespace flowreel
