// Whether the first frame stands apart, as it does when a causal autoencoder treats it on its own.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// d_0 / median(d_1, …, d_4), d_i the mean absolute difference of frames i and i + 1; about 1 when
// the clip starts as it goes on. A first frame so different that frame 1 begins a scene counts
// all the same; later pairs across a cut do not. kNotApplicable when nothing changes after the
// first pair (kDegenerateStatic, without a value, for a still clip).
MeterRow first_frame_jump();

}  // namespace flowreel
