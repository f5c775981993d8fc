// What was measured of a set of clips.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/consistency/clip_facts.h"
#include "pipeline/consistency/measurement.h"

namespace flowreel {

struct ClipResult {
  std::string name;       // of its file
  std::string prompt_id;  // of what it was made from; empty: not known
  std::optional<uint64_t> seed;
  std::string sha256;  // of the file, 64 hexadecimal digits; empty: not known
  // SHA-256 of the raw frames of both, where a reference was given: equal when they are equal to
  // the bit; empty otherwise.
  std::string frames_sha256, reference_frames_sha256;
  std::string decode;  // how its pixels were got: "flowreel/honour-tags", …
  ClipFacts facts;
  ClipEnd end;
  std::vector<Measurement> measurements;
  std::vector<std::string> warnings;
};

// A clip that could not be measured.
struct FailedClip {
  std::string clip;
  int exit_code = 0;
  std::string text;
};

struct Results {
  std::vector<ClipResult> clips;
  std::map<std::string, std::string> versions;  // of what measured: "flowreel", "opencv", …
  std::vector<FailedClip> failed = {};
};

// Every metric that was measured of any of the clips, by first appearance.
std::vector<const Definition*> definitions_of(const std::vector<const ClipResult*>& clips);
std::vector<const Definition*> definitions_of(const Results& results);

// Null when it was not measured.
const Measurement* measurement_of(const ClipResult& clip, const std::string& metric);

// Whether the metric is one of those that say how much moves, whose value counts for a clip that
// stands still as well: motion_degree and its relatives, dynamic_degree_…, static_filter_…,
// still_ratio, longest_freeze_…. Not duplicate_ratio: it tells a duplicate from stillness only
// where something moves.
bool shows_stillness(const std::string& metric);

// The value where it says something: the status is kOk, or kDegenerateStatic and the metric
// shows_stillness().
std::optional<double> telling_value(const Measurement& measurement);

}  // namespace flowreel
