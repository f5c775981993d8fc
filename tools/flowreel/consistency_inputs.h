// Which clips `flowreel consistency` is to measure.
#pragma once

#include <string>
#include <vector>

#include "pipeline/consistency/measure_clips.h"

namespace flowreel {

struct ConsistencyInputs {
  std::vector<std::string> clips;
  std::string manifest, jobs;  // a list of clips, a folder of flowreel's output; empty: none
  std::string reference;       // of the one clip
};

// UsageError: none or more than one of the three; a reference for more than one clip; a clip named
// twice. Else as read_clip_list() and clips_of_jobs().
std::vector<ClipRequest> requested_clips(const ConsistencyInputs& inputs);

}  // namespace flowreel
