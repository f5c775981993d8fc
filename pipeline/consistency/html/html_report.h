// The report as one page that needs nothing else.
#pragma once

#include <string>

#include "pipeline/consistency/html/html_input.h"

namespace flowreel {

// HTML5, UTF-8: summary, guards and warnings first, then each clip with its pictures and curves,
// then what each metric means. Styles, drawings and pictures lie within it, nothing is loaded, and
// its one script (a line that follows the pointer through the curves) may stay unrun. The same
// input makes the same bytes.
std::string html_report(HtmlInput input);

}  // namespace flowreel
