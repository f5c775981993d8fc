// Lists of clips to measure.
#pragma once

#include <string>
#include <vector>

#include "pipeline/consistency/measure_clips.h"

namespace flowreel {

// {"clips": [{"clip", "reference", "prompt_id", "seed"}, …]}: all but "clip" may be left out; names
// are relative to the list's own folder. DataError names the place, the value and what was
// expected; an empty list is one.
std::vector<ClipRequest> read_clip_list(const std::string& path);

}  // namespace flowreel
