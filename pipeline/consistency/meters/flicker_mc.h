// Flicker that moves along: what a frame has that its neighbours, carried along by the motion, have
// not.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// Of every triple of frames, r = |f_t - (W(f_{t-1}) + W(f_{t+1})) / 2|, the mean of R, G and B in
// levels at the working size, W carrying a frame to t; only where the motion to both neighbours can
// be trusted (visible() of motion.h).
// flicker_mc: mean of r; every triple counts by its pixels.
// flicker_mc_p95: 95th percentile of the means of r over the tiles of 8x8 pixels that can be
// trusted in at least half of their pixels; every triple counts by its tiles. Shimmer in a part of
// the picture shows here and drowns in the mean.
MeterRow flicker_mc();

}  // namespace flowreel
