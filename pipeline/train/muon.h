// Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon): momentum whose singular
// values are all brought near 1 before it is applied. For the matrices inside of a network's
// blocks; biases, norms, embeddings and what leads in or out stay with AdamW.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "pipeline/train/parameters.h"

namespace flowreel {

struct MuonOptions {
  double momentum = 0.95;  // in [0, 1)
  double weight_decay = 0.0;
};

// Near U V^T of the singular value decomposition U S V^T of each of [n,rows,columns], by five
// Newton-Schulz steps of the quintic 3.4445 x - 4.775 x^3 + 2.0315 x^5: singular values come out
// between 0.68 and 1.13 where they were at least 1e-2 of the Frobenius norm.
at::Tensor near_orthogonal(const at::Tensor& matrices);

class Muon {
 public:
  // The parameters, float32 matrices on one device, must outlive this. UsageError: options out of
  // range; DataError: a parameter is not such a matrix.
  Muon(NamedParameters parameters, const MuonOptions& options = {});

  // One update: value -= lr * (0.2 * sqrt(max(rows, columns)) * near_orthogonal((1 - momentum) g +
  // momentum m) + weight_decay * value), m the running average of the gradient g, which g is in
  // already. The factor makes an update as large as AdamW's (Liu et al., arXiv 2502.16982, section
  // 2.2), so that both share one learning rate. A parameter without a gradient is left as it is.
  void step(double lr);

  // Running averages, in the order of the parameters, for saving and restoring in place.
  const NamedParameters& parameters() const { return parameters_; }
  const std::vector<at::Tensor>& momenta() const { return momenta_; }

 private:
  void update(const std::vector<size_t>& members, double lr);  // matrices of one shape

  NamedParameters parameters_;
  MuonOptions options_;
  std::vector<at::Tensor> momenta_;
};

// Whether Muon is for this parameter: a matrix of one of the blocks or layers that a network
// repeats.
bool is_hidden_matrix(const NamedParameter& parameter);

}  // namespace flowreel
