#include "pipeline/train/vae_latents.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <map>
#include <string>

#include "errors/error.h"

namespace flowreel {
namespace {

constexpr double kLeastStd = 1e-4;  // the scaled weights shall still be float16

}  // namespace

ChannelStatistics channel_statistics(const at::Tensor& latents) {
  const at::Tensor by_channel = latents.to(at::kDouble).transpose(0, 1).flatten(1);
  return {by_channel.mean(1), by_channel.std(1)};
}

void standardise(HunyuanVae& vae, const ChannelStatistics& statistics) {
  const at::NoGradGuard no_grad;
  const int64_t channels = vae.config().latent_channels;
  for (int64_t c = 0; c < channels; ++c) {
    const double std = statistics.std[c].item<double>();
    if (std >= kLeastStd && std::isfinite(std)) continue;
    throw DataError(c10::str("channel ", c,
                             " of the autoencoder's latents has a standard deviation of ", std,
                             ", expected at least ", kLeastStd, " to scale it to 1"));
  }
  std::map<std::string, at::Tensor> values;
  vae.visit([&](const std::string& name, Parameter& p) { values[name] = p.value; });
  const auto as = [](const at::Tensor& x, const at::Tensor& like) {
    return x.to(like.scalar_type()).to(like.device());
  };

  // Rows of quant_conv: means, then logarithms of variances.
  at::Tensor out = values.at("quant_conv.weight"), out_bias = values.at("quant_conv.bias");
  const at::Tensor std = as(statistics.std, out), mean = as(statistics.mean, out);
  out.narrow(0, 0, channels).div_(std.view({-1, 1, 1, 1, 1}));
  out_bias.narrow(0, 0, channels).sub_(mean).div_(std);
  out_bias.narrow(0, channels, channels).sub_(2 * std.log());

  at::Tensor in = values.at("post_quant_conv.weight"), in_bias = values.at("post_quant_conv.bias");
  in_bias.add_(at::mv(in.flatten(1), mean));
  in.mul_(std.view({1, -1, 1, 1, 1}));
}

}  // namespace flowreel
