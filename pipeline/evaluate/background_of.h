// Names what lies behind.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/evaluate/backdrop_fit.h"
#include "pipeline/evaluate/blob.h"
#include "pipeline/evaluate/observe.h"

namespace flowreel {

// Fills the background's part of an observation. One blob per frame. Nothing is named where things
// fill most of several frames, a tenth of the rest lies off the fitted backdrop, or its colour
// changes in time.
//   gradient   the smooth picture spans at least 70 levels (the grammar's: 120) and is all there is
//   textured   tones in each frame deviate by 5.5 levels or more (the grammar's: 12)
//   plain      neither, and well below both
void name_background(const BackdropFit& backdrop, const std::vector<cv::Mat3f>& frames,
                     const std::vector<Blob>& blobs, Observation& seen);

}  // namespace flowreel
