// Seams in time, where the maker joined chunks of frames.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// "seam_contrast", "seam_p", "seam_dc_contrast" and "seam_dc_p": whether the pairs of frames that
// join two chunks (ClipFacts::chunk_starts) differ more than other pairs. Motion is compensated and
// only trusted pixels count; the first two look at the mean size of what differs, the others at its
// mean with its sign, a step in brightness or colour, less the trend of its neighbours.
//
// Each pair is compared with the three nearest ordinary pairs on either side, in its scene, so that
// a clip whose motion changes is fair to all; the contrast is the median of those ratios over the
// boundaries, the p-value that of their ranks among those of all other pairs. Differences below
// 0.1 levels are not seen and count as that much.
//
// Key frames of an encoder are left out. Where all boundaries have the same place in the pattern
// of its B-frames, these step in brightness just as a seam does, and nothing is said of steps.
// What repeats in step with the chunks in a clean clip cannot be told from a seam either: a pan by
// a fraction of a pixel, which blurs every second frame, or a decoder that makes several frames at
// a time. A small p-value calls for a look at the contrast.
MeterRow chunk_seams();

}  // namespace flowreel
