// Pixels as OpenCV's VideoCapture gives them, for numbers that are to be compared with those of
// tools built on it.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "codecs/av.h"

namespace flowreel {

// Any frame that swscale reads → [H,W,3] uint8 RGB on the CPU, by swscale's defaults with bicubic
// chroma: the matrix is BT.601 and the range limited whatever the frame's tags say (only the "J"
// formats have full range), chroma is centred, and the fast roundings of the machine's vector unit
// are used, so that another FFmpeg may differ in last digits. DataError, beginning with the name:
// a format that swscale does not read.
class ToRgbLikeOpenCv {
 public:
  explicit ToRgbLikeOpenCv(std::string name) : name_(std::move(name)) {}
  at::Tensor operator()(const AVFrame& frame);

 private:
  std::string name_;
  UniqueScaler scaler_;
  int width_ = 0, height_ = 0, format_ = -1;  // that the scaler is for
};

}  // namespace flowreel
