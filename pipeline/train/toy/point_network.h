// A small network on points in the plane, for a velocity or a noise alike.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/layers/linear.h"
#include "pipeline/flow/path.h"
#include "pipeline/train/objective.h"

namespace flowreel {

// x and sinusoids of t → three hidden layers with SiLU → a vector in the plane.
class PointNetwork : public Module {
 public:
  explicit PointNetwork(int64_t width);

  // x [B,2], t [B], both float32 → [B,2].
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& t) const;

 private:
  Linear in_, hidden_1_, hidden_2_, out_;
};

// The network, which must outlive what comes back, as objectives and as solvers see it. The second
// records no graph.
BatchNetwork batch_network(const PointNetwork& network);
Velocity field_of(const PointNetwork& network);

}  // namespace flowreel
