#include "pipeline/train/vae_objective.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "pipeline/train/autocast.h"

namespace flowreel {
namespace {

at::Tensor difference_along(const at::Tensor& x, int64_t dim) {
  const int64_t n = x.size(dim) - 1;
  return x.narrow(dim, 1, n) - x.narrow(dim, 0, n);
}

// KL(N(mean, exp(logvar)) || N(0,1)) per latent position, averaged over positions and samples.
at::Tensor kl_divergence(const at::Tensor& mean, const at::Tensor& logvar) {
  return 0.5 * (mean.square() + logvar.exp() - 1 - logvar).sum(1).mean();
}

at::Tensor encoded(const HunyuanVae& vae, const at::Tensor& clips, bool fixed) {
  const at::AutoGradMode graph(!fixed && at::GradMode::is_enabled());
  return vae.encode_tile(for_convolutions(clips));
}

double psnr(const at::Tensor& x, const at::Tensor& y) {
  return (10 * at::log10(4 / (x - y.clamp(-1, 1)).square().mean().clamp_min(1e-10))).item<double>();
}

}  // namespace

at::Tensor gradient_difference(const at::Tensor& a, const at::Tensor& b, int64_t scales) {
  at::Tensor error = a - b, sum;  // the differences of a difference are the difference of the two's
  int64_t terms = 0;
  for (int64_t scale = 0; scale < scales; ++scale) {
    for (int64_t dim = 2; dim < 5; ++dim) {
      if (error.size(dim) < 2) continue;
      const at::Tensor term = difference_along(error, dim).abs().mean();
      sum = sum.defined() ? sum + term : term;
      ++terms;
    }
    if (std::min(error.size(3), error.size(4)) < 4) break;
    error = at::avg_pool3d(error, {1, 2, 2});
  }
  return terms == 0 ? error.sum() * 0 : sum / terms;
}

at::Tensor flicker_difference(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor error = a - b;
  const int64_t middle = error.size(2) - 2;
  if (middle < 1) return error.sum() * 0;
  const at::Tensor neighbours = error.narrow(2, 0, middle) + error.narrow(2, 2, middle);
  return (error.narrow(2, 1, middle) - neighbours / 2).abs().mean();
}

Objective vae_objective(const HunyuanVae& vae, const VaeObjectiveOptions& options) {
  return [&vae, options](const Batch& batch, const Draw& draw) {
    const at::Tensor& x = batch.data;
    const auto moments = encoded(vae, x, options.decoder_only).to(at::kFloat).chunk(2, 1);
    const at::Tensor& mean = moments[0];
    const at::Tensor logvar = moments[1].clamp(-30, 20);
    const at::Tensor noise = draw.normal(mean.sizes(), Use::kLatent, x.device());
    at::Tensor std = (0.5 * logvar).exp();
    if (options.latent_noise > 0) std = at::hypot(std, at::full_like(std, options.latent_noise));
    const at::Tensor z = for_convolutions(mean + std * noise);
    const at::Tensor y = vae.decode_tile(z).to(at::kFloat).contiguous();
    const at::Tensor l1 = (x - y).abs().mean();
    const at::Tensor gradients = gradient_difference(x, y, options.scales);
    const at::Tensor flicker = flicker_difference(x, y);
    const at::Tensor kl = kl_divergence(mean, logvar);
    Loss loss;
    loss.total = options.l1 * l1 + options.gradients * gradients + options.flicker * flicker +
                 options.kl * kl;
    loss.terms = {
        {"l1", l1.item<double>()},           {"gradients", gradients.item<double>()},
        {"flicker", flicker.item<double>()}, {"kl", kl.item<double>()},
        {"psnr", psnr(x, y.detach())},       {"latent_std", mean.detach().std().item<double>()}};
    return loss;
  };
}

}  // namespace flowreel
