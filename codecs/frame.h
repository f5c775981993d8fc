// The one place where libav's pixels become tensors and tensors become libav's pixels.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "codecs/av.h"

namespace flowreel {

// Any 8 to 16 bit frame → [H,W,3] uint8 RGB on the CPU.
//  - YUV: by the frame's own matrix (BT.601, 709, 2020 non-constant, SMPTE 240M, FCC) and range.
//  Without a tag: BT.709
//    from 720 lines on, else BT.601; limited range. Chroma is interpolated (bicubic) from where it
//    was sited.
//  - RGB, palette, grey: exact; more than 8 bits are rounded to the nearest of 256 levels. Alpha is
//  dropped.
//  - Transfer functions and primaries are left alone: an HDR clip stays in its own curve.
// DataError (beginning with `name`) for formats and matrices outside this list.
class ToRgb {
 public:
  explicit ToRgb(std::string name) : name_(std::move(name)) {}
  at::Tensor operator()(const AVFrame& frame);

 private:
  struct Key {
    int width, height, format, matrix, range, chroma;
    bool operator==(const Key&) const = default;
  };
  at::Tensor from_yuv(const AVFrame& frame);
  void prepare(const Key& key);

  std::string name_;
  Key key_{};
  UniqueScaler scaler_;
};

// [H,W,3] uint8 RGB → a frame in `format`: YUV in BT.709 limited range, chroma sited left, tagged
// so; or RGB, exact.
class FromRgb {
 public:
  FromRgb(int width, int height, AVPixelFormat format);
  UniqueFrame operator()(const at::Tensor& pixels);  // UsageError when shape or type differ

 private:
  int width_, height_;
  AVPixelFormat format_;
  UniqueScaler scaler_;
};

// UsageError unless pixels is [height,width,3] uint8 on the CPU; `what` begins the message.
void check_pixels(const at::Tensor& pixels, int height, int width, const std::string& what);

}  // namespace flowreel
