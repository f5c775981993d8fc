// VBench's rule for whether anything moves much in a clip, by whatever optical flow it is given.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/consistency/clip_facts.h"
#include "pipeline/consistency/measurement.h"

namespace flowreel {

// Of every round(fps / 8)th frame (at least every one), s_t is the mean of the largest 5 % of
// |flow| to the next one, and dynamic means s_t > 6 min(H,W) / 256 pixels for at least round(4 T' /
// 16) of the T' frames. Rounding is Python's, halves to even. kTooFewFrames where that number is 0,
// in clips of less than three frames that are looked at, which VBench calls dynamic; kNoValidPixels
// where no pair is left. Pairs across the cuts of `end` do not count.
class DynamicRule {
 public:
  explicit DynamicRule(double fps);

  int64_t step() const { return step_; }  // frames from one that is looked at to the next, >= 1
  bool looks_at(int64_t frame) const { return frame % step_ == 0; }

  // The flow to `frame` from the frame step() before it, CV_32FC2 in pixels of frames whose shorter
  // side is `shorter_side`.
  void add(int64_t frame, const cv::Mat& flow, int shorter_side);

  Measurement verdict(const Definition& definition, const ClipEnd& end) const;  // 1: dynamic, or 0
  // The mean of s_t divided by its threshold, by frame in the series.
  Measurement score(const Definition& definition, const ClipEnd& end) const;

 private:
  struct Score {
    int64_t frame;
    double ratio;  // of s_t to its threshold
  };
  int64_t needed(const ClipEnd& end) const;

  int64_t step_;
  std::vector<Score> scores_;
};

}  // namespace flowreel
