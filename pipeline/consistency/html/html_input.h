// What the HTML report is made of.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/consistency/compare.h"
#include "pipeline/consistency/result.h"

namespace flowreel {

// One frame for the strip that shows a clip at a glance.
struct ContactPicture {
  int64_t frame = 0;
  std::vector<uint8_t> png;
};

// One transition that a metric finds bad, frame - 1 to frame.
struct PairPictures {
  int64_t frame = 0;  // the later one
  double value = 0;
  std::string metric;  // the value's
  // PNG files; a picture left empty is left out. The difference is difference_picture()'s, the flow
  // is flow_picture()'s.
  std::vector<uint8_t> before_png, now_png, difference_png, flow_png;
  double difference_gain = 0;   // what the difference was multiplied by; 0: not said
  bool motion_removed = false;  // before the difference was taken
  double flow_full = 0;         // pixels per frame of the fullest colour; 0: not said
};

struct HtmlClip {
  ClipResult result;
  std::vector<ContactPicture> contact;
  std::vector<PairPictures> worst;
  std::vector<int64_t> duplicates;  // frames that repeat the one before, to be marked in curves
  std::string label;                // how the page calls it; empty: by its name, shortened
};

struct HtmlInput {
  std::string title = "Frame consistency";
  std::vector<HtmlClip> clips;
  std::optional<Comparison> comparison;
  std::string baseline;                         // what it is against
  std::map<std::string, std::string> versions;  // of what measured: name → version
};

}  // namespace flowreel
