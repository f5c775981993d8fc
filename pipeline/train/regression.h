// What objectives that regress a network on a target have in common.
#pragma once

#include <ATen/core/Tensor.h>

#include "pipeline/train/objective.h"

namespace flowreel {

// Throws DataError unless data is [B,...] of a floating type with B >= 1, noise, if there is any,
// of the same shape, and there are no captions or B of them.
void check_batch(const Batch& batch);

// The mean over all elements of (output - target)^2, in float32. Throws NumericsError when the
// shapes differ, which would broadcast and go unseen. It has no terms of its own, so that a device
// is not waited for.
Loss regression_loss(const at::Tensor& output, const at::Tensor& target);

}  // namespace flowreel
