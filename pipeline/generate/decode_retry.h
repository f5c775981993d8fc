// A decode that runs out of memory is tried again with smaller tiles, so that what was sampled for
// hours is not lost.
#pragma once

#include <functional>
#include <optional>

#include "models/vae/tiling.h"
#include "pipeline/generate/events.h"
#include "pipeline/generate/size.h"

namespace flowreel {

// The next smaller tiles for a clip: tiles in space where there were none, else tiles of half the
// width and height, overlapping by the same share. Nothing when they would be smaller than 64
// pixels.
std::optional<VaeTiling> smaller_tiling(const VaeTiling& tiling, const HunyuanVaeConfig& config,
                                        const ClipSize& size);

// Calls attempt(tiling), which decodes all from the first frame on, with smaller tiles again as
// long as memory runs out and there are smaller tiles; a notice tells each time. Returns the tiling
// that it was done with. What the last attempt threw goes on to the caller.
VaeTiling decode_retrying(const VaeTiling& tiling, const HunyuanVaeConfig& config,
                          const ClipSize& size, const Events& events,
                          const std::function<void(const VaeTiling&)>& attempt);

}  // namespace flowreel
