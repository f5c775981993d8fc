// VBench's temporal_flickering.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// (255 - mean over all pairs of the mean absolute difference of their pixels) / 255, exactly as
// VBench 1.0: 8-bit frames, no resizing, pairs across cuts too. It cannot see flicker under motion,
// and a still or freshly compressed clip does well on it: never to be judged by alone.
MeterRow temporal_flickering();

}  // namespace flowreel
