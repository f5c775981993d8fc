// AdamW (Loshchilov & Hutter, arXiv 1711.05101, algorithm 2) over the parameters of a network.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "models/weights/module.h"

namespace flowreel {

struct AdamWOptions {
  double beta1 = 0.9;    // in [0, 1)
  double beta2 = 0.999;  // in [0, 1)
  double eps = 1e-8;     // > 0
  double weight_decay = 0.0;
};

class AdamW {
 public:
  // The running averages of one parameter's gradient and of its square, each of its shape, float32.
  struct Moments {
    at::Tensor exp_avg, exp_avg_sq;
  };

  // The parameters, float32 and all on one device, must outlive this. Throws UsageError for options
  // out of range and DataError for a parameter without a value or of another type or device.
  AdamW(std::vector<Parameter*> parameters, const AdamWOptions& options = {});

  // One update with learning rate lr; the decay is lr * weight_decay * value. A parameter without a
  // gradient is left as it is.
  void step(double lr);

  // Forgets the gradients.
  void zero_grad();

  const std::vector<Parameter*>& parameters() const { return parameters_; }

  // For saving: in the order of the parameters, and how many steps were taken.
  const std::vector<Moments>& moments() const { return moments_; }
  int64_t steps() const { return steps_; }

  // For resuming: copies what was saved. Throws DataError when the number or a shape differs.
  void restore(const std::vector<Moments>& moments, int64_t steps);

 private:
  std::vector<Parameter*> parameters_;
  AdamWOptions options_;
  std::vector<Moments> moments_;
  int64_t steps_ = 0;
};

}  // namespace flowreel
