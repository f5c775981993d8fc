// What is left between two frames once the motion is taken out.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// warping_error: E_warp of Lai et al. 2018 (arXiv 1808.00449) at the working size. Of a pair, the
// sum over trusted pixels and R, G, B in 0..1 of (W(f_t) - f_{t-1})^2, divided by three times the
// number of trusted pixels, as theirs is (a mask of one channel under that sum would make it three
// times as large); of a clip, the mean of its pairs, each alike. Theirs takes the motion from the
// video that a filter was given; a generator has none, so that ours comes from the clip itself
// ("self-flow") and hides some of what is wrong. Trusted: visible() of motion.h, theirs and inside
// the frame; the coverage is its share. A pair without such a pixel, 0 in theirs, is left out.
// warping_ratio: the same divided by what it is over the same pixels without W: 1 is no better than
// if nothing were known of the motion. Not applicable below 1e-6 of that, when hardly a pixel
// changes.
MeterRow warping();

}  // namespace flowreel
