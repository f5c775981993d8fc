// Results made for tests, of metrics that no meter measures.
#pragma once

#include <functional>
#include <string>

#include "pipeline/consistency/result.h"

namespace flowreel::test {

inline const Definition kFlicker = {
    "flicker", "test/flicker@1", "levels", Direction::kLowerIsBetter, "", ""};
inline const Definition kFlicker2 = {
    "flicker", "test/flicker@2", "levels", Direction::kLowerIsBetter, "", ""};
inline const Definition kLikeness = {
    "likeness", "test/likeness@1", "1", Direction::kHigherIsBetter, "", ""};
inline const Definition kMotion = {
    "motion_degree", "test/motion_degree@1", "1/s", Direction::kNeither, "", ""};
inline const Definition kStillRatio = {
    "still_ratio", "test/still_ratio@1", "1", Direction::kLowerIsBetter, "", ""};

inline Measurement value_of(const Definition& definition, double value,
                            Status status = Status::kOk) {
  Measurement m;
  m.definition = &definition;
  m.value = value;
  m.status = status;
  m.samples = 7;
  return m;
}

inline Measurement no_value(const Definition& definition, Status status) {
  Measurement m;
  m.definition = &definition;
  m.status = status;
  m.coverage = 0;
  return m;
}

inline ClipResult clip_named(const std::string& name, std::vector<Measurement> measurements = {}) {
  ClipResult clip;
  clip.name = name;
  clip.decode = "flowreel/honour-tags";
  clip.facts.width = 64;
  clip.facts.height = 48;
  clip.end.frames = 8;
  clip.measurements = std::move(measurements);
  return clip;
}

// "c0.mp4", "c1.mp4", … with what `measure` says of each.
inline Results clips(int count, const std::function<std::vector<Measurement>(int)>& measure) {
  Results results;
  for (int i = 0; i < count; ++i)
    results.clips.push_back(clip_named("c" + std::to_string(i) + ".mp4", measure(i)));
  return results;
}

// The text of what f() throws; "" when it throws nothing. Any other type than E ends the test.
template <class E, class F>
std::string text_of(F f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "";
}

}  // namespace flowreel::test
