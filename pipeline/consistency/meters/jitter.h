// A camera that shakes.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// jitter: the path of the picture as a whole, twice differenced: root of the mean over all triples
// of |d_{t+1} - d_t|^2, with d_t how far the picture moves at its middle from frame t-1 to t, in
// percent of the diagonal. jitter_rotation: the same of the angle by which it turns, in degrees. A
// steady pan, turn or zoom is 0; a shake A sin(w t) is A (2 - 2 cos w) / sqrt(2).
// d_t and the angle are those of the similarity that fits the flow (at the working size, on a grid
// of 8 pixels that keeps 16 from the edges, where it can be trusted) best in the least squares,
// found with what does not follow it left out: things that move by themselves, as long as they fill
// less than half of the picture. The coverage is the share of the grid that follows. Pairs where
// less than a tenth of the grid, or than 12 points, can be trusted have no value.
MeterRow jitter();

}  // namespace flowreel
