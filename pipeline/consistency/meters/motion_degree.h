// How much moves in a clip, by optical flow at the working size.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// motion_degree: mean over all pairs of the mean |flow|, in diagonals of the frame per second;
// motion_degree_p95: the same of the 95th percentile of |flow|.
//
// VBench's dynamic degree with DIS flow in place of RAFT: of every round(fps / 8)th frame (at least
// every one), s_t is the mean of the largest 5 % of |flow| to the next one, and dynamic means
// s_t > 6 min(H,W) / 256 pixels for at least round(4 T' / 16) of the T' frames. dynamic_degree_dis:
// 1 or 0; dynamic_degree_dis_score: mean of s_t divided by that threshold.
//
// VBench's filter for static clips likewise: static_filter_dis is 1 (static) unless the largest 2 %
// of |flow| are above 3 min(H,W) / 256 pixels on average in more than n = round(2 T / 16) pairs of
// neighbours, or above 2 n times that between the first and the last frame, either way.
//
// Rounding is Python's, halves to even. Where a number to be reached rounds to 0, in clips of less
// than three frames that are looked at (five for the filter), VBench's rules call all or nearly all
// dynamic; here those are too_few_frames. Pairs across a cut do not count; the filter leaves out
// the pair of first and last frame then. A clip that stands still is ok here, not degenerate.
MeterRow motion_degree();

}  // namespace flowreel
