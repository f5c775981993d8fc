// Where one scene ends and another begins.
#pragma once

#include <vector>

#include "pipeline/consistency/meter.h"

namespace flowreel {

// The measurement "scene_cuts": how many. Its series is what was compared, PySceneDetect's
// content value: the mean over H, S and V (OpenCV's 8-bit HSV, hue not wrapped) of the mean
// difference of two frames at their working size. A frame begins a scene where it is at least 27
// and at least 3 times the median of the two values before and the two after it; where R, G and B
// differ by 8 levels on average (black has no hue, and the last step of a fade must not count); and
// where the picture does not come back after one frame to within half of that value, which is a
// flash and no scene.
class SceneCuts : public Meter {
 public:
  static const Definition kDefinition;

  void see(const FrameMoment& moment) override;
  std::vector<Measurement> finish(const ClipEnd& end) override;

  std::vector<int64_t> cuts() const;  // first frame of each new scene, rising

 private:
  struct Seen {
    cv::Mat rgb, hsv;
  };
  bool stands_out(size_t frame) const;
  bool is_flash(size_t frame) const;

  Seen before_, before2_;
  // By frame, NaN where there is none: content value to the frame before and the one before that;
  // mean difference of R, G and B to the frame before.
  std::vector<double> changes_, changes_over_two_, levels_;
};

}  // namespace flowreel
