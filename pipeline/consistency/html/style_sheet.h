// How the report looks.
#pragma once

#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

// CSS for screens wide and narrow, light and dark, and for paper. It names no font and no picture
// that would have to be fetched.
Markup style_sheet();

}  // namespace flowreel::html
