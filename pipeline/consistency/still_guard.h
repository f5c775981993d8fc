// Whether a clip stands still, in which case its good values mean nothing.
#pragma once

#include "pipeline/consistency/meter.h"

namespace flowreel {

// Mean of the largest `share` (0..1, at least one pixel) of |flow|, in pixels of the flow.
double fastest(const cv::Mat& flow, double share);

// A clip is still when in no pair of frames, either way, the fastest 2 % of the pixels move by more
// than 0.2 pixels on average, and from its first frame to its last, either way, by more than 1; of
// pixels at the working size when its shorter side is 256, in proportion otherwise. Clips too small
// for motion are still when every pair differs by no more than 0.255 levels on average.
class StillGuard {
 public:
  void see(const Moment& moment);
  bool still() const;

 private:
  std::shared_ptr<const Picture> first_, last_;
  double fastest_ = 0;     // of all pairs, pixels at 256
  double difference_ = 0;  // the largest of all pairs, levels
  bool has_motion_ = false;
};

}  // namespace flowreel
