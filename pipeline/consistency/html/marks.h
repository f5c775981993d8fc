// What is known to happen at a frame, as signs in the curves of a clip.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/consistency/html/html_input.h"
#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

// A sign at x between top and bottom, as data of an SVG path. Signs differ in shape, not only in
// colour.
using Sign = Html (*)(double x, double top, double bottom);

struct MarkKind {
  const char* name;  // "chunk boundary"
  Markup style;      // its class
  Sign sign;
};

struct Marks {
  const MarkKind* kind;
  std::vector<int64_t> frames;  // rising
};

// Those that the clip has, each kind with at least one frame; no duplicates in a clip that stands
// still.
std::vector<Marks> marks_of(const HtmlClip& clip);

// The names of what is between frames first and last, both included: "chunk boundary, key frame".
std::string marks_between(const std::vector<Marks>& marks, int64_t first, int64_t last);

// A list that shows each sign, what it means and where it stands; nothing when there is none.
Html legend(const std::vector<Marks>& marks);

}  // namespace flowreel::html
