#include "pipeline/train/ddpm.h"

#include <ATen/ATen.h>

#include <utility>

#include "pipeline/train/caption_dropout.h"
#include "pipeline/train/regression.h"

namespace flowreel {
namespace {

// The steps n [B] of a batch, int64 on the CPU.
at::Tensor draw_steps(int64_t batch, int steps, const Draw& draw) {
  const at::Tensor u = draw.uniform({batch}, Use::kTime).to(at::kDouble);
  return (u * steps).floor().to(at::kLong) + 1;
}

}  // namespace

Objective ddpm_objective(BatchNetwork noise, const DdpmOptions& options) {
  drop_captions({}, options.caption_dropout, {});
  std::vector<double> values;
  for (int n = 0; n <= options.schedule.steps(); ++n)
    values.push_back(options.schedule.alpha_bar(n));
  const at::Tensor alpha_bars = at::tensor(values, at::kDouble);
  return [noise = std::move(noise), alpha_bars, options](const Batch& batch, const Draw& draw) {
    check_batch(batch);
    const at::Tensor x_1 = batch.data.to(at::kFloat);
    const at::Tensor x_0 = draw.normal(x_1.sizes(), Use::kNoise, x_1.device());
    const int T = options.schedule.steps();
    const at::Tensor n = draw_steps(x_1.size(0), T, draw);
    std::vector<int64_t> per_sample(x_1.dim(), 1);
    per_sample[0] = x_1.size(0);
    const at::Tensor alpha_bar = alpha_bars.index_select(0, n).reshape(per_sample);
    const auto coefficient = [&](const at::Tensor& a) { return a.sqrt().to(x_1.options()); };
    const at::Tensor x_n = coefficient(alpha_bar) * x_1 + coefficient(1 - alpha_bar) * x_0;
    const at::Tensor time = (1 - n.to(at::kDouble) / T).to(x_1.options());
    const auto captions = drop_captions(batch.captions, options.caption_dropout, draw);
    return regression_loss(noise(x_n, time, captions), x_0);
  };
}

}  // namespace flowreel
