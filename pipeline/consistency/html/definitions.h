// What each metric means.
#pragma once

#include <vector>

#include "pipeline/consistency/html/markup.h"
#include "pipeline/consistency/measurement.h"

namespace flowreel::html {

// One entry per metric: name, id, unit, direction, meaning and formula. metric_link() leads here.
Html definition_list(const std::vector<const Definition*>& metrics);

}  // namespace flowreel::html
