// A frame as OpenCV sees it.
#pragma once

#include <ATen/core/Tensor.h>

#include <opencv2/core.hpp>

namespace flowreel {

// Of a tensor [H,W,3] uint8 of any strides, CV_8UC3. What mat() looks at lives as long as the view.
class FrameView {
 public:
  explicit FrameView(const at::Tensor& frame)
      : pixels_(frame.cpu().contiguous()),
        mat_(static_cast<int>(pixels_.size(0)), static_cast<int>(pixels_.size(1)), CV_8UC3,
             pixels_.data_ptr<uint8_t>()) {}

  const cv::Mat& mat() const { return mat_; }

 private:
  at::Tensor pixels_;  // owns what mat_ looks at
  cv::Mat mat_;
};

}  // namespace flowreel
