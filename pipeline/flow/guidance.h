// True classifier-free guidance as a wrapper of Velocity (Ho & Salimans, arXiv 2207.12598).
#pragma once

#include "pipeline/flow/path.h"

namespace flowreel {

// v = v_neg + scale (v_pos - v_neg), each from a pass of its own. A scale of 1 is no guidance:
// `positive` itself comes back and `negative` is never called. Throws UsageError when scale is not
// finite.
Velocity guided(Velocity positive, Velocity negative, double scale);

// The same in one pass. `both` takes [2B, ...], B states twice, and answers the negative velocities
// in its first half and the positive ones in its second (diffusers' order). Batched kernels may
// round otherwise than two passes. Even with scale 1 both halves are computed.
Velocity guided_batched(Velocity both, double scale);

}  // namespace flowreel
