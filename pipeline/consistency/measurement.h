// What a metric is and what it says of a clip.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flowreel {

// Why there is a value, or none.
enum class Status {
  kOk,
  kDegenerateStatic,  // the clip stands still: a perfect value that means nothing
  kTooFewFrames,
  kNoValidPixels,   // nowhere can the motion be trusted
  kWeightsMissing,  // the network that it needs is not there
  kNotApplicable,   // what it measures is not in this clip (no boundary known, no cut, …)
};
const char* status_name(Status status);  // "ok", "degenerate_static", …

enum class Direction { kHigherIsBetter, kLowerIsBetter, kNeither };
const char* direction_name(Direction direction);  // "higher", "lower", "none"

// One row per metric, beside the code that measures it. A change of the formula is a new version,
// and values of two versions are never compared.
struct Definition {
  const char* name;     // "flicker_mc"
  const char* id;       // "flowreel/flicker_mc@1"; "vbench/…" where it is the same to the digit
  const char* unit;     // "levels", "dB", "1", …
  Direction direction;  // which values are better
  const char* formula;  // one line, for reports
  const char* meaning;  // one line: what a person would see
};

struct Measurement {
  const Definition* definition = nullptr;
  std::optional<double> value;  // empty unless the status is kOk or kDegenerateStatic
  Status status = Status::kOk;
  int64_t samples = 0;  // pairs, triples or frames that went into the value
  double coverage = 1;  // share of their pixels that did
  // Value by frame, index = the later frame of a pair and the middle one of a triple; NaN where
  // there is none. Empty for metrics that have no such thing.
  std::vector<double> series;
  std::string note;  // what else is to be said, such as a p-value
};

}  // namespace flowreel
