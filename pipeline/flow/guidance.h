// True classifier-free guidance as a wrapper of Velocity (Ho & Salimans, arXiv 2207.12598).
#pragma once

#include "pipeline/flow/path.h"

namespace flowreel {

struct GuidanceOptions {
  double scale = 1;
  // 0 to 1: how far a guided velocity is brought back to the standard deviation, over each sample,
  // of the positive one (Lin et al., arXiv 2305.08891, eq. 15 and 16; diffusers'
  // rescale_noise_cfg).
  double rescale = 0;
  // Noise levels sigma = 1 - t at which to guide, both ends included; elsewhere the positive
  // velocity stands and the negative is not evaluated (Kynkaanniemi et al., arXiv 2404.07724).
  double sigma_low = 0, sigma_high = 1;
};

// v = v_neg + scale (v_pos - v_neg), each from a pass of its own, then rescaled. A scale of 1 is no
// guidance: `positive` itself comes back and `negative` is never called. UsageError for a scale
// that is not finite, a rescale outside [0, 1], levels that do not rise within [0, 1].
Velocity guided(Velocity positive, Velocity negative, const GuidanceOptions& options);

// The same in one pass. `both` takes [2B, ...], B states twice, and answers the negative velocities
// in its first half and the positive ones in its second (diffusers' order). Batched kernels may
// round otherwise than two passes. Even with scale 1 both halves are computed.
Velocity guided_batched(Velocity both, double scale);

}  // namespace flowreel
