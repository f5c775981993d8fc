// The curves of a clip beside each other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/consistency/html/html_input.h"
#include "pipeline/consistency/html/markup.h"
#include "pipeline/consistency/html/plot.h"

namespace flowreel::html {

// By metric: the vertical axis that clips share, so that their curves can be set against each
// other. Metrics without a curve are not in it.
struct SharedAxes {
  std::map<std::string, Axis> by_metric;
  size_t clips = 0;  // that share them
};

// Of the clips that move: what stands still would stretch them to its perfect values, and has axes
// of its own.
SharedAxes shared_axes(const std::vector<HtmlClip>& clips);

// Legend and curves under the headings of their families; those that never change by name only.
// Empty when there is no curve.
Html clip_curves(const HtmlClip& clip, const SharedAxes& shared);

}  // namespace flowreel::html
