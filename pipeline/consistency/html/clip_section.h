// All that the report says of one clip.
#pragma once

#include "pipeline/consistency/html/clip_curves.h"
#include "pipeline/consistency/html/html_input.h"
#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

// A <section> with the id "clip-NUMBER": what it is, a strip of frames, curves, worst transitions,
// where it was joined, and notes.
Html clip_section(size_t number, const HtmlClip& clip, const SharedAxes& axes);

}  // namespace flowreel::html
