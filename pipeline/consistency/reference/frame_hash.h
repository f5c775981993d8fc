// SHA-256 of the raw frames of a clip.
#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "files/sha256.h"

namespace flowreel {

// Over the bytes of the frames, one after another, row by row, as they are in a tensor [T,H,W,3] in
// C order.
class FrameHash {
 public:
  void add(const cv::Mat& rgb);  // CV_8UC3
  std::string hex();             // 64 lower-case digits; once, at the end

 private:
  Sha256 hash_;
};

}  // namespace flowreel
