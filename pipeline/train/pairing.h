// Which noise goes with which data within a batch: minibatch optimal transport (Tong et al., arXiv
// 2302.00482, section 3.2). Paths of a batch that is so paired cross less and are straighter.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace flowreel {

// The permutation p that minimises sum_i cost[i, p(i)], exactly: shortest augmenting paths with
// dual potentials (Kuhn 1955; Jonker & Volgenant 1987), O(n^3). cost is [n,n], any real type and
// device; UsageError for another shape, NumericsError for a cost that is not finite.
std::vector<int64_t> optimal_assignment(const at::Tensor& cost);

// x_0 [B,...] in the order that minimises sum_i |x_1[i] - x_0[p(i)]|^2. Only the noise is moved, so
// a caption stays with its data.
at::Tensor pair_noise_with_data(const at::Tensor& x_0, const at::Tensor& x_1);

}  // namespace flowreel
