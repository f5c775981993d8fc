#include "pipeline/train/sample_clip.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "models/vae/tiling.h"
#include "pipeline/flow/noise.h"
#include "pipeline/flow/schedule.h"
#include "pipeline/flow/solver.h"

namespace flowreel {

at::Tensor sample_clips(const BatchNetwork& network, const HunyuanVae& vae,
                        const SampleOptions& o) {
  const at::NoGradGuard no_grad;
  const auto count = static_cast<int64_t>(o.captions.size());
  std::vector<at::Tensor> noise;
  for (int64_t i = 0; i < count; ++i)
    noise.push_back(
        philox_normal(o.latent_shape, o.seed, Stream::kInitialLatent, static_cast<uint32_t>(i)));
  Velocity field = [&](const at::Tensor& x, double t) {
    return network(x, at::full({count}, t, x.options()), o.captions);
  };
  at::Tensor x = at::stack(noise).to(o.device);
  std::vector<double> times;
  if (o.diffusion) {
    field = velocity_from_noise_prediction(std::move(field), *o.diffusion);
    times = leading_diffusion_times(*o.diffusion, o.steps);
    x = diffusion_start(x, times.front());
  } else {
    ScheduleOptions schedule;
    schedule.steps = o.steps;
    schedule.shift = o.shift;
    times = schedule_times(schedule);
  }
  const at::Tensor latents = euler(field, x, times);  // which for a diffusion is DDIM
  std::vector<at::Tensor> frames;
  vae_decode(vae, latents / vae.config().scaling_factor, VaeTiling{},
             [&](const at::Tensor& chunk) { frames.push_back(chunk.to(at::kCPU, at::kFloat)); });
  return at::cat(frames, 2).clamp(-1, 1);
}

}  // namespace flowreel
