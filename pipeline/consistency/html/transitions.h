// The transitions of a clip that metrics find worst, to be looked at.
#pragma once

#include "pipeline/consistency/html/html_input.h"
#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

// One card per transition: the two frames, their difference and the flow between them; how the last
// two are coloured. Empty when there is none.
Html transitions(const HtmlClip& clip);

}  // namespace flowreel::html
