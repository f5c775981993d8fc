// Which clips of two sets belong together.
#pragma once

#include <string>
#include <vector>

#include "pipeline/consistency/result.h"

namespace flowreel {

struct ClipPair {
  const ClipResult* now = nullptr;
  const ClipResult* baseline = nullptr;
  std::string cluster;  // the same for pairs that are no independent samples: those of one prompt
};

struct Pairing {
  std::vector<ClipPair> pairs;                       // in the order of the clips of now
  std::vector<std::string> only_now, only_baseline;  // names of clips without a partner
};

// Pairs clips of the same prompt and seed, and those without a prompt by the name of their file
// without folder and extension. Both must outlive the result. DataError: two clips of one side have
// the same of these.
Pairing pair_clips(const Results& now, const Results& baseline);

}  // namespace flowreel
