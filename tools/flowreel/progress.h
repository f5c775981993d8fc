// Progress on a terminal, in a log, or as NDJSON for a farm.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "pipeline/generate/events.h"

namespace flowreel {

enum class ProgressMode { kAuto, kPlain, kJson, kOpenjd, kNone };

// Whether stdout belongs to the lines of progress.
inline bool is_for_machines(ProgressMode mode) {
  return mode == ProgressMode::kJson || mode == ProgressMode::kOpenjd;
}

// kAuto: a bar with the time left where stderr is a terminal, else as kPlain: a line per stage and
// ten per cent of it. kJson: lines {"v":1,"t":"progress","stage","step","steps","pct"} on stdout,
// pct never falling, one at least every 20 seconds. kOpenjd: the lines of Open Job Description,
// "openjd_progress: 41.2" and "openjd_status: sample 7 of 30", likewise. Notices go to stderr in
// every mode, the first ones when the work begins, so that a run that is refused says one line:
// why.
class ProgressPrinter {
 public:
  explicit ProgressPrinter(ProgressMode mode);
  ~ProgressPrinter();

  Events events();

  // {"t":"done"} in JSON; in other modes what must end the bar's line, and the output's name.
  void finish(const std::string& output);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// "auto", "plain", "json", "openjd", "none". Failures are told in the same form from then on.
ProgressMode parse_progress(const std::string& name);

}  // namespace flowreel
