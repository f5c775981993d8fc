// Leaves captions out now and then, so that one network also learns the distribution without a
// caption, which classifier-free guidance needs (Ho & Salimans, arXiv 2207.12598, algorithm 1).
#pragma once

#include <string>
#include <vector>

#include "pipeline/train/draw.h"

namespace flowreel {

// Each caption becomes "" with this probability, in [0, 1], on its own, from the draw's
// Use::kDropout. Throws UsageError for a probability out of range.
std::vector<std::string> drop_captions(std::vector<std::string> captions, double probability,
                                       const Draw& draw);

}  // namespace flowreel
