// What a reader has to know before believing the numbers.
#pragma once

#include <string>
#include <vector>

#include "pipeline/consistency/html/html_input.h"
#include "pipeline/consistency/html/markup.h"

namespace flowreel::html {

enum class Concern { kGuard, kWarning };

struct Remark {
  Concern concern;
  std::string clip;  // empty: of all of them
  std::string text;
};

// Guards: a clip stands still, has cuts or duplicate frames, could be seen
// in part only; the clips move differently. Then the warnings of each clip.
std::vector<Remark> remarks_on(const std::vector<HtmlClip>& clips);

// The list of them, or that there is none.
Html guard_list(const std::vector<HtmlClip>& clips);

}  // namespace flowreel::html
