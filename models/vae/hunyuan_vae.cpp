#include "models/vae/hunyuan_vae.h"

#include <ATen/ATen.h>

#include <bit>

#include "errors/error.h"
#include "models/weights/config.h"

namespace flowreel {
namespace {

void check_block_types(const ModelConfig& config, const std::string& key,
                       const std::string& expected, size_t count) {
  if (!config.has(key)) return;
  const std::vector<std::string> types = config.require_string_list(key);
  if (types.size() != count) {
    throw DataError(config.what() + ": " + key + " has " + std::to_string(types.size()) +
                    " entries, expected " + std::to_string(count) + " as in block_out_channels");
  }
  for (const std::string& type : types) {
    if (type != expected) {
      throw DataError(config.what() + ": " + key + " names " + type + ", only " + expected +
                      " is supported");
    }
  }
}

int64_t log2_of(int64_t power) { return std::bit_width(static_cast<uint64_t>(power)) - 1; }

}  // namespace

HunyuanVaeConfig HunyuanVaeConfig::from(const ModelConfig& config) {
  constexpr int64_t kMax = 1 << 16;
  HunyuanVaeConfig c;
  c.in_channels = config.get_int("in_channels", c.in_channels, 1, kMax);
  c.out_channels = config.get_int("out_channels", c.out_channels, 1, kMax);
  c.latent_channels = config.get_int("latent_channels", c.latent_channels, 1, kMax);
  c.block_out_channels = config.get_int_list("block_out_channels", c.block_out_channels, 1, kMax);
  c.layers_per_block = config.get_int("layers_per_block", c.layers_per_block, 1, 64);
  c.norm_num_groups = config.get_int("norm_num_groups", c.norm_num_groups, 1, kMax);
  c.scaling_factor = config.get_double("scaling_factor", c.scaling_factor, 1e-9, 1e9);
  c.spatial_compression_ratio =
      config.get_int("spatial_compression_ratio", c.spatial_compression_ratio, 1, 128);
  c.temporal_compression_ratio =
      config.get_int("temporal_compression_ratio", c.temporal_compression_ratio, 4, 4);
  c.mid_block_add_attention = config.get_bool("mid_block_add_attention", c.mid_block_add_attention);
  if (c.block_out_channels.size() < 3) {
    throw DataError(config.what() + ": block_out_channels has " +
                    std::to_string(c.block_out_channels.size()) +
                    " entries, expected at least 3 (time is halved twice)");
  }
  for (int64_t channels : c.block_out_channels) {
    if (channels % c.norm_num_groups != 0) {
      throw DataError(config.what() + ": block_out_channels holds " + std::to_string(channels) +
                      ", not a multiple of norm_num_groups " + std::to_string(c.norm_num_groups));
    }
  }
  const std::string act = config.get_string("act_fn", "silu");
  if (act != "silu" && act != "swish") {
    throw DataError(config.what() + ": act_fn is \"" + act + "\", only silu is supported");
  }
  check_block_types(config, "down_block_types", "HunyuanVideoDownBlock3D",
                    c.block_out_channels.size());
  check_block_types(config, "up_block_types", "HunyuanVideoUpBlock3D", c.block_out_channels.size());
  return c;
}

std::array<int64_t, 3> HunyuanVaeConfig::resampling(size_t block) const {
  const int64_t i = static_cast<int64_t>(block),
                last = static_cast<int64_t>(block_out_channels.size()) - 1;
  const bool in_space = i < log2_of(spatial_compression_ratio);
  const bool in_time = i >= last - log2_of(temporal_compression_ratio) && i != last;
  const int64_t space = in_space ? 2 : 1;
  return {in_time ? 2 : 1, space, space};
}

VaeEncoder::VaeEncoder(const HunyuanVaeConfig& c)
    : conv_in_(c.in_channels, c.block_out_channels.front(), 3),
      conv_out_(c.block_out_channels.back(), 2 * c.latent_channels, 3),
      mid_(c.block_out_channels.back(), c.norm_num_groups, c.mid_block_add_attention),
      norm_out_(c.norm_num_groups, c.block_out_channels.back(), kVaeEps) {
  add("conv_in", conv_in_);
  int64_t channels = c.block_out_channels.front();
  for (size_t i = 0; i < c.block_out_channels.size(); ++i) {
    blocks_.push_back(std::make_unique<DownBlock>(
        channels, c.block_out_channels[i], c.layers_per_block, c.norm_num_groups, c.resampling(i)));
    add("down_blocks." + std::to_string(i), *blocks_.back());
    channels = c.block_out_channels[i];
  }
  add("mid_block", mid_);
  add("conv_norm_out", norm_out_);
  add("conv_out", conv_out_);
}

at::Tensor VaeEncoder::operator()(const at::Tensor& x, const Breakpoint& breakpoint) const {
  at::Tensor h = conv_in_(x);
  for (const auto& block : blocks_) h = (*block)(std::move(h), breakpoint);
  return conv_out_(norm_silu(norm_out_, mid_(h, breakpoint)));
}

VaeDecoder::VaeDecoder(const HunyuanVaeConfig& c)
    : conv_in_(c.latent_channels, c.block_out_channels.back(), 3),
      conv_out_(c.block_out_channels.front(), c.out_channels, 3),
      mid_(c.block_out_channels.back(), c.norm_num_groups, c.mid_block_add_attention),
      norm_out_(c.norm_num_groups, c.block_out_channels.front(), kVaeEps) {
  add("conv_in", conv_in_);
  add("mid_block", mid_);
  const std::vector<int64_t> reversed(c.block_out_channels.rbegin(), c.block_out_channels.rend());
  int64_t channels = reversed.front();
  for (size_t i = 0; i < reversed.size(); ++i) {
    blocks_.push_back(std::make_unique<UpBlock>(channels, reversed[i], c.layers_per_block + 1,
                                                c.norm_num_groups, c.resampling(i)));
    add("up_blocks." + std::to_string(i), *blocks_.back());
    channels = reversed[i];
  }
  add("conv_norm_out", norm_out_);
  add("conv_out", conv_out_);
}

at::Tensor VaeDecoder::operator()(const at::Tensor& z, const Breakpoint& breakpoint) const {
  at::Tensor h = mid_(conv_in_(z), breakpoint);
  for (const auto& block : blocks_) h = (*block)(std::move(h), breakpoint);
  return conv_out_(norm_silu(norm_out_, h));
}

HunyuanVae::HunyuanVae(const HunyuanVaeConfig& config, Part part)
    : config_(config),
      part_(part),
      quant_conv_(2 * config.latent_channels, 2 * config.latent_channels),
      post_quant_conv_(config.latent_channels, config.latent_channels) {
  if (part != Part::kDecoder) {
    encoder_ = std::make_unique<VaeEncoder>(config);
    add("encoder", *encoder_);
    add("quant_conv", quant_conv_);
  }
  if (part != Part::kEncoder) {
    decoder_ = std::make_unique<VaeDecoder>(config);
    add("decoder", *decoder_);
    add("post_quant_conv", post_quant_conv_);
  }
}

at::Tensor HunyuanVae::encode_tile(const at::Tensor& x, const Breakpoint& breakpoint) const {
  return quant_conv_((*encoder_)(x, breakpoint));
}

at::Tensor HunyuanVae::decode_tile(const at::Tensor& z, const Breakpoint& breakpoint) const {
  return (*decoder_)(post_quant_conv_(z), breakpoint);
}

bool HunyuanVae::leaves_out(const std::string& key) const {
  const bool of_encoder = key.rfind("encoder.", 0) == 0 || key.rfind("quant_conv.", 0) == 0;
  const bool of_decoder = key.rfind("decoder.", 0) == 0 || key.rfind("post_quant_conv.", 0) == 0;
  return (of_encoder && part_ == Part::kDecoder) || (of_decoder && part_ == Part::kEncoder);
}

}  // namespace flowreel
