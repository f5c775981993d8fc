// Spatial and temporal information, how much there is to see and how much of it changes.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// ITU-T P.910, over the full-range luma 0.299 R + 0.587 G + 0.114 B (0..255), frames as they came.
//
// si, si_max: mean and largest over frames of the standard deviation over the pixels of the length
// of the Sobel gradient (3x3, weights 1 2 1); only pixels whose eight neighbours exist. Larger for
// pictures with more edges.
//
// ti, ti_max: mean and largest over pairs of the standard deviation over the pixels of f_t -
// f_{t-1}; frame 0 has none, pairs across a cut are left out. A change of brightness that is the
// same everywhere does not show in it.
//
// They say what a clip is like and not how good it is, so a still clip is nothing degenerate to
// them.
MeterRow detail();

}  // namespace flowreel
