// y = x W^T + b (torch.nn.Linear), the one matrix product of all networks here.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/weights/module.h"

namespace flowreel {

class Linear : public Module {
 public:
  Linear(int64_t in_features, int64_t out_features, bool with_bias = true);

  // x [..., in] → [..., out].
  at::Tensor operator()(const at::Tensor& x) const;

  // Writes x [rows, in] W^T + b into out [rows, out], which may be a view of a larger buffer. Keeps
  // no graph.
  void into(at::Tensor out, const at::Tensor& x) const;

  // The product with the concatenation of left and right [B,S,·] along the features, without
  // concatenating.
  at::Tensor of_pieces(const at::Tensor& left, const at::Tensor& right) const;

  Parameter weight;  // [out, in]
  Parameter bias;    // [out]; shape {0} and never registered when the layer has none

 private:
  bool with_bias_;
};

// [B, N+L, D]: a(x_a) and b(x_b) joined along the tokens. x_a [B,N,in], x_b [B,L,in]. Where no
// graph is recorded both products go straight into one buffer, so nothing is concatenated.
at::Tensor joint_linear(const Linear& a, const at::Tensor& x_a, const Linear& b,
                        const at::Tensor& x_b);

}  // namespace flowreel
