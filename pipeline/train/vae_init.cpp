#include "pipeline/train/vae_init.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace flowreel {
namespace {

constexpr int64_t kColours = 3;
constexpr int64_t kCarried = 8;  // +colours, -colours, +constant, -constant
constexpr double kConstant = 3, kLogVariance = -8;
constexpr double kOther = 0.3;  // what remains of the random values beside the carried channels

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

// weight [O,I,k,k,k]: output channel `to` takes input channel `from` of the same place and time,
// which is the last tap in time, since the convolution is causal.
void link(at::Tensor weight, int64_t to, int64_t from, double factor) {
  const int64_t last = weight.size(2) - 1, middle = weight.size(3) / 2;
  weight[to][from][last][middle][middle] = factor;
}

// Channel i to channel i; the carried ones take nothing else.
void pass_through(const at::Tensor& weight) {
  weight.mul_(kOther);
  weight.narrow(0, 0, kCarried).zero_();
  for (int64_t i = 0; i < std::min(weight.size(0), weight.size(1)); ++i) {
    weight[i][i].zero_();
    link(weight, i, i, 1);
  }
}

// Colours (or the latent's first channels) → carried channels.
void spread(const at::Tensor& weight, const at::Tensor& bias) {
  weight.narrow(0, 0, kCarried).zero_();
  for (int64_t i = 0; i < kColours; ++i) {
    link(weight, i, i, 1);
    link(weight, kColours + i, i, -1);
  }
  bias[kCarried - 2] = kConstant;
  bias[kCarried - 1] = -kConstant;
}

// Carried channels → colours, behind a SiLU: silu(a) - silu(-a) = a.
void gather(const at::Tensor& weight) {
  weight.narrow(0, 0, kColours).zero_();
  for (int64_t i = 0; i < kColours; ++i) {
    link(weight, i, i, 1);
    link(weight, i, kColours + i, -1);
  }
}

void identity(at::Tensor weight) {
  weight.zero_();
  for (int64_t i = 0; i < weight.size(0); ++i) weight[i][i].fill_(1);
}

void begin_convolution(const std::string& name, const at::Tensor& weight, const at::Tensor& bias) {
  if (name == "quant_conv" || name == "post_quant_conv") {
    identity(weight);
  } else if (ends_with(name, "conv_in.conv")) {
    spread(weight, bias);
  } else if (ends_with(name, "conv_out.conv")) {
    gather(weight);
  } else if (contains(name, "sampler") || contains(name, "conv_shortcut")) {
    pass_through(weight);
  } else if (ends_with(name, "conv2.conv")) {
    weight.zero_();
  }
}

}  // namespace

void initialise_as_copy(HunyuanVae& vae) {
  const HunyuanVaeConfig& config = vae.config();
  const auto& widths = config.block_out_channels;
  if (*std::min_element(widths.begin(), widths.end()) < kCarried ||
      config.latent_channels < kColours)
    return;
  std::map<std::string, at::Tensor> values;
  vae.visit([&](const std::string& name, Parameter& p) { values[name] = p.value; });
  for (const auto& [name, value] : values) {
    if (value.dim() != 5) continue;
    const std::string layer = name.substr(0, name.rfind('.'));
    begin_convolution(layer, value, values.at(layer + ".bias"));
  }
  const int64_t latents = config.latent_channels;
  values.at("encoder.conv_out.conv.weight").narrow(0, latents, latents).zero_();
  values.at("encoder.conv_out.conv.bias").narrow(0, latents, latents).fill_(kLogVariance);
}

void inflate(HunyuanVae& vae) {
  vae.visit([](const std::string&, Parameter& parameter) {
    if (parameter.value.dim() != 5 || parameter.value.size(2) == 1) return;
    const at::Tensor together = parameter.value.sum(2);
    parameter.value.zero_();
    parameter.value.select(2, parameter.value.size(2) - 1).copy_(together);
  });
}

}  // namespace flowreel
