// A clip in one picture: some of its frames, side by side.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace flowreel {

// Up to twelve frames, evenly from the first to the last, in rows of four on a light ground, each
// at most 320 pixels wide. Sees the frames one after another and keeps only small copies.
class ClipSheet {
 public:
  explicit ClipSheet(int64_t frames);  // of the clip, at least 1

  void see(const at::Tensor& frame);  // [H,W,3] uint8 RGB, contiguous

  // [height,width,3] uint8 RGB of the frames seen. UsageError before the first.
  at::Tensor picture() const;

 private:
  int64_t frames_, count_, seen_ = 0;
  std::vector<at::Tensor> cells_;
};

}  // namespace flowreel
