// How differently two clips move: tOF.
#pragma once

#include <opencv2/core.hpp>

#include "pipeline/consistency/measurement.h"

namespace flowreel {

// TecoGAN's tOF (Chu et al., arXiv 1811.09393): the mean over pairs and pixels of the length of the
// difference between the flows of two clips, in pixels of the full size. The flow is Farneback's,
// with their parameters (pyramid scale 0.5, 3 levels, window 15, 3 iterations, polynomials over 5
// pixels with sigma 1.2), of 8-bit grey; of it the middle counts, both sides cut down to the
// largest multiple of 32 that leaves at least 16 pixels off. The first two and the last two frames
// of a clip are left out.
//
// Clips of fewer than six frames, of which nothing would be left, are taken whole, and so is a side
// shorter than 48 pixels; the note says so.
class FlowDifference {
 public:
  static const Definition kDefinition;

  void see(const cv::Mat& reference, const cv::Mat& clip);  // CV_8UC3, R G B, of one size
  Measurement finish() const;

 private:
  cv::Mat before_reference_, before_clip_;  // CV_8U
  std::vector<double> differences_;         // by frame; NaN for frame 0
};

}  // namespace flowreel
