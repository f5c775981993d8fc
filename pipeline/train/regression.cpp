#include "pipeline/train/regression.h"

#include <ATen/ATen.h>

#include "errors/error.h"

namespace flowreel {

void check_batch(const Batch& batch) {
  const at::Tensor& data = batch.data;
  if (!data.defined() || data.dim() < 1 || data.size(0) < 1 || !data.is_floating_point()) {
    throw DataError(c10::str(
        "a batch to train on has data ",
        data.defined() ? c10::str(data.scalar_type(), " ", data.sizes()) : std::string("undefined"),
        ", expected floating numbers [B,...] with B at least 1"));
  }
  if (batch.noise.defined() && batch.noise.sizes() != data.sizes()) {
    throw DataError(c10::str("a batch to train on has noise ", batch.noise.sizes(), " for data ",
                             data.sizes(), ", expected one shape"));
  }
  const auto captions = static_cast<int64_t>(batch.captions.size());
  if (captions != 0 && captions != data.size(0)) {
    throw DataError(c10::str("a batch to train on has ", captions, " captions for ", data.size(0),
                             " samples, expected as many or none"));
  }
}

Loss regression_loss(const at::Tensor& output, const at::Tensor& target) {
  if (output.sizes() != target.sizes()) {
    throw NumericsError(c10::str("the network in training answered with shape ", output.sizes(),
                                 ", expected that of its target, ", target.sizes()));
  }
  return {at::mse_loss(output.to(at::kFloat), target.to(at::kFloat)), {}};
}

}  // namespace flowreel
