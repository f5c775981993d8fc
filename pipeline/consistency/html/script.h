// The one script of the report.
#pragma once

#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

// JavaScript: where the pointer rests in one curve of a clip, all of them show the same frame and
// their value there. Without it each curve still tells its values by itself.
Markup script();

}  // namespace flowreel::html
