#include "pipeline/train/cfm.h"

#include <ATen/ATen.h>

#include <utility>

#include "pipeline/flow/path.h"
#include "pipeline/train/caption_dropout.h"
#include "pipeline/train/pairing.h"
#include "pipeline/train/regression.h"

namespace flowreel {
namespace {

// x_0 of the batch, in which given pairs stay as they are.
at::Tensor noise_of(const Batch& batch, const at::Tensor& x_1, const CfmOptions& options,
                    const Draw& draw) {
  if (batch.noise.defined()) return batch.noise.to(x_1.options());
  const at::Tensor x_0 = draw.normal(x_1.sizes(), Use::kNoise, x_1.device());
  return options.optimal_pairing ? pair_noise_with_data(x_0, x_1) : x_0;
}

}  // namespace

Objective cfm(BatchNetwork velocity, const CfmOptions& options) {
  check_time_density(options.time);
  drop_captions({}, options.caption_dropout, {});
  return [velocity = std::move(velocity), options](const Batch& batch, const Draw& draw) {
    check_batch(batch);
    const at::Tensor x_1 = batch.data.to(at::kFloat);
    const at::Tensor x_0 = noise_of(batch, x_1, options, draw);
    const at::Tensor t = draw_times(x_1.size(0), options.time, draw).to(x_1.device());
    const auto captions = drop_captions(batch.captions, options.caption_dropout, draw);
    return regression_loss(velocity(interpolate(x_0, x_1, t), t, captions),
                           velocity_target(x_0, x_1));
  };
}

}  // namespace flowreel
