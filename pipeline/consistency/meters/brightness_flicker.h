// Flicker of the whole picture: its mean brightness and colour from frame to frame.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// brightness_flicker: mean over all triples of |Y_t - (Y_{t-1} + Y_{t+1}) / 2|, Y the mean luma of
// a frame in levels; brightness_flicker_max: the largest of them, its frame in the note;
// colour_flicker_a, colour_flicker_b: the mean for the mean a* and b* (CIE L*a*b*) at the working
// size. A fade at constant speed is 0, an offset that alternates counts in full, motion hardly at
// all. A clip played backwards has the same values to the last digit.
MeterRow brightness_flicker();

}  // namespace flowreel
