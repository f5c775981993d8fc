// All clips side by side.
#pragma once

#include <vector>

#include "pipeline/consistency/html/html_input.h"
#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

// Every metric that any of the clips has, in the order of the measurements, each once.
std::vector<const Definition*> metrics_of(const std::vector<HtmlClip>& clips);

// A row per metric under the headings of its family, a column per clip.
Html summary_table(const std::vector<HtmlClip>& clips);

}  // namespace flowreel::html
