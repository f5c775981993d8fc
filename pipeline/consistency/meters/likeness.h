// How much frames look like each other: neighbours, the first frame and the others, and frames ever
// further apart.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// SSIM and PSNR are those of structural_similarity.h.
//
// adjacent_ssim, adjacent_psnr: mean over pairs of neighbours, as they came. Pairs of at least
// 100 dB count as 100 dB; the note says how many.
//
// first_frame_ssim: mean over t >= 1 of SSIM(f_0, f_t), at the working size, until the first cut.
//
// drift_curve: for dt = 1, 2, 4, 8, … the mean SSIM of the frames k dt and (k + 1) dt, at the
// working size, with no cut between them; the value is the slope of those means over log2(dt), by
// least squares, each dt counted once. 0: the clip looks after a second as it does after a frame.
// The note is the curve. It needs two points, so three frames of a scene.
//
// Of those that are SSIM, kNotApplicable for frames smaller than its window.
MeterRow likeness();

}  // namespace flowreel
