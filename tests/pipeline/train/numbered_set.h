// A set of clips of one pixel whose value is their number.
#pragma once

#include <ATen/ATen.h>

#include "pipeline/train/clip_set.h"

namespace flowreel {

class NumberedSet : public ClipSet {
 public:
  explicit NumberedSet(int64_t count, std::string name = "") : count_(count), name_(name) {}
  int64_t count() const override { return count_; }
  at::Tensor clips(const ClipNumbers& numbers) const override {
    const at::Tensor values = at::tensor(numbers, at::kLong).to(at::kFloat);
    return values.view({-1, 1, 1, 1, 1}).expand({-1, 3, 1, 1, 1}).contiguous();
  }
  std::string caption(int64_t number) const override { return "clip " + std::to_string(number); }
  std::string identity(int64_t number) const override { return name_ + std::to_string(number); }

 private:
  int64_t count_;
  std::string name_;
};

}  // namespace flowreel
