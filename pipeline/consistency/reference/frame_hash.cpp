#include "pipeline/consistency/reference/frame_hash.h"

namespace flowreel {

void FrameHash::add(const cv::Mat& rgb) {
  const size_t bytes = rgb.cols * rgb.elemSize();
  for (int y = 0; y < rgb.rows; ++y) hash_.update(rgb.ptr(y), bytes);
}

std::string FrameHash::hex() { return hash_.hex(); }

}  // namespace flowreel
