// Whether a clip stands still, in which case its good values mean nothing.
#pragma once

#include <vector>

#include "pipeline/consistency/meter.h"

namespace flowreel {

// Mean of the largest `share` (0..1, at least one pixel) of |flow|, in pixels of the flow.
double fastest(const cv::Mat& flow, double share);

// Two frames that differ by no more on average are the same to the eye, in levels: 0.001 of full
// scale, the threshold of ffmpeg's freezedetect.
inline constexpr double kStillLevels = 0.255;

// A clip is still when in no pair of frames, either way, the fastest 2 % of the pixels move by more
// than 0.2 pixels on average, and from the first frame to the last, either way, by more than 1; of
// pixels at the working size when its shorter side is 256, in proportion otherwise. Pairs across a
// cut do not count, nor do first and last frame of a clip that has one. Clips too small for motion
// are still when every pair differs by no more than kStillLevels on average. A clip without a pair
// is not still.
class StillGuard {
 public:
  void see(const FrameMoment& moment);
  bool still(const ClipEnd& end) const;

 private:
  struct Pair {
    double fastest = 0;     // pixels at 256, either way
    double difference = 0;  // levels; of clips too small for motion
  };

  cv::Mat first_, last_;     // frames, CV_8U at the working size
  std::vector<Pair> pairs_;  // by frame; that of frame 0 stays empty
  bool has_motion_ = false;
};

}  // namespace flowreel
