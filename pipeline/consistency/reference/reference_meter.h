// Compares a clip with a reference of the same length and size, frame by frame.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "pipeline/consistency/measurement.h"
#include "pipeline/consistency/reference/flow_difference.h"
#include "pipeline/consistency/reference/frame_hash.h"

namespace flowreel {

struct ReferenceMeasurements {
  // "psnr", "ssim", "tof", "temporal_profile_mae", "first_divergence_frame".
  std::vector<Measurement> measurements;
  // SHA-256 of the raw frames of each, 64 hexadecimal digits: equal when they are equal to the bit.
  std::string reference_sha256, clip_sha256;
};

// Of what ReferenceMeter measures, in that order.
std::vector<const Definition*> reference_definitions();

// Keeps two frames, and some numbers per frame.
class ReferenceMeter {
 public:
  // The next frame of each, CV_8UC3, R G B; an empty one where that clip has ended. DataError when
  // their sizes differ, or differ from those before.
  void see(const cv::Mat& reference, const cv::Mat& clip);

  // Once, after the last frames. DataError when one clip had more frames than the other.
  ReferenceMeasurements finish();

 private:
  void compare(const cv::Mat& reference, const cv::Mat& clip);
  Measurement psnr() const;
  Measurement ssim() const;
  Measurement first_divergence() const;

  int64_t reference_frames_ = 0, clip_frames_ = 0;
  cv::Size size_;
  FrameHash reference_hash_, clip_hash_;
  FlowDifference flow_;
  std::vector<double> squared_errors_, ssims_, profiles_;  // by frame
};

}  // namespace flowreel
