// Clips with invented measurements, and what is wrong with a page.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "pipeline/consistency/html/html_input.h"

namespace flowreel::test {

inline const Definition kFlicker = {"flicker_mc",
                                    "flowreel/flicker_mc@1",
                                    "levels",
                                    Direction::kLowerIsBetter,
                                    "mean |f_t - (W(f_{t-1}) + W(f_{t+1})) / 2|",
                                    "flicker that moves along"};
inline const Definition kLikeness = {"adjacent_ssim",
                                     "flowreel/adjacent_ssim@1",
                                     "1",
                                     Direction::kHigherIsBetter,
                                     "mean_t SSIM(f_{t-1}, f_t)",
                                     "how much a frame looks like the one before"};
inline const Definition kMotion = {
    "motion_degree",     "flowreel/motion_degree@1",     "diagonals/s",
    Direction::kNeither, "mean |flow| * fps / diagonal", "how fast the picture moves"};

inline Measurement measurement(const Definition& definition, double value,
                               std::vector<double> series = {}) {
  Measurement m;
  m.definition = &definition;
  m.value = value;
  m.samples = 47;
  m.series = std::move(series);
  return m;
}

inline Measurement missing(const Definition& definition, Status status) {
  Measurement m;
  m.definition = &definition;
  m.status = status;
  m.coverage = 0;
  return m;
}

inline HtmlClip clip(const std::string& name, std::vector<Measurement> measurements) {
  HtmlClip made;
  made.result.name = made.label = name;
  made.result.facts.width = 256;
  made.result.facts.height = 160;
  made.result.end.frames = 48;
  made.result.measurements = std::move(measurements);
  return made;
}

// Still: every value is perfect and means nothing.
inline HtmlClip still_clip(const std::string& name, std::vector<Measurement> measurements) {
  HtmlClip made = clip(name, std::move(measurements));
  made.result.end.still = true;
  for (Measurement& m : made.result.measurements) m.status = Status::kDegenerateStatic;
  return made;
}

inline size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace flowreel::test
