// Many clips, several at once.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/consistency/measure_clip.h"

namespace flowreel {

struct ClipRequest {
  std::string clip;
  std::string reference;         // empty: none
  std::string prompt_id;         // empty: what the clip's manifest says
  std::optional<uint64_t> seed;  // likewise
};

struct MeasureAllOptions {
  MeasureOptions each;  // reference and progress are not looked at
  int parallel = 1;     // clips at once, >= 1; no digit of a result depends on it
  // Frames measured of those that the clips say they have, in all; from one thread at a time. What
  // it throws ends the work.
  std::function<void(int64_t done, int64_t total)> progress;
};

struct MeasuredClips {
  std::vector<ClipResult> clips;   // in the order of the requests
  std::vector<FailedClip> failed;  // likewise; their absence loses none of the others
};

MeasuredClips measure_clips(const std::vector<ClipRequest>& requests,
                            const MeasureAllOptions& options);

}  // namespace flowreel
