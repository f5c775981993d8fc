// Slow change from the beginning of a clip to its end, which no comparison of neighbours sees.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// color_drift, color_drift_2000: difference (CIE76, CIEDE2000) of the mean CIE L*a*b* of the first
// and of the last tenth of the frames, at least one each.
// color_drift_slope: by how much the mean colour leaves that of the first tenth, dE76 per second.
// luma_drift, contrast_drift, sharpness_drift, noise_drift: change per second of the mean luma, of
// its standard deviation, of the variance of its Laplacian (-4 in the middle, 1 on the four sides)
// and of noise_sigma; with its sign, so that neither direction is better.
// Every slope is Theil-Sen's, with the p of Mann and Kendall in the note (statistics/trend.h) and
// the values by frame as series. Of the whole clip: cuts are only named in the note.
//
// noise_sigma: mean over all frames of the standard deviation of the noise in luma. The noise of a
// tile of 16x16 pixels is sqrt(pi/2) / 6 times the mean of |luma * N|, N = (1 -2 1)' (1 -2 1)
// (Immerkaer, "Fast noise variance estimation", 1996); that of a frame, the median of its tiles, so
// that edges and textures that fill less than half of it do not count for noise. Fine texture
// everywhere does, and so does rounding to 8 bits (0.29 levels).
MeterRow drift();

}  // namespace flowreel
