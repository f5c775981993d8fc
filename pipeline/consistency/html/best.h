// Which of several clips did best, where that can be said.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/consistency/html/html_input.h"

namespace flowreel::html {

// Why the values of these clips cannot be set against each other: other prompts, sizes, frame
// rates or ways of decoding. Empty when they can.
std::string not_comparable(const std::vector<HtmlClip>& clips);

// For each clip whether its value is the best of the row: the others are worse, or as good but not
// all of them. Nothing is best when fewer than two values say something, when the metric has no
// better and worse, or when two versions of its formula are at hand; a clip that stands still is
// never best. Null where a clip lacks the metric.
std::vector<bool> best_of(const std::vector<const Measurement*>& row);

// What is to be said when the clips do not move alike, by more than a tenth of the most: less
// motion flatters most metrics. Empty when they do. Clips that stand still are left out.
std::string motion_differs(const std::vector<HtmlClip>& clips);

}  // namespace flowreel::html
