// Clips under their captions in one picture.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "pipeline/evaluate/evaluate.h"

namespace flowreel {

// A row for each clip: ticks and crosses for the four properties; the caption and what was seen;
// six frames from the first to the last, 72 pixels high.
class ContactSheet {
 public:
  // frames [F,H,W,3] uint8 RGB on the CPU, of the same proportions in all rows. Keeps small copies.
  void add(const at::Tensor& frames, const JudgedClip& clip);

  // [height,width,3] uint8 RGB. UsageError without a row, or for rows of different widths.
  at::Tensor picture() const;

 private:
  std::vector<at::Tensor> rows_;
};

}  // namespace flowreel
