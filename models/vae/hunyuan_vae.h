// HunyuanVideo's autoencoder: clips to latents and back. Must agree with diffusers'
// AutoencoderKLHunyuanVideo.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "models/vae/blocks.h"

namespace flowreel {

class ModelConfig;

// vae/config.json; the defaults are those of the published model and of diffusers' class.
struct HunyuanVaeConfig {
  int64_t in_channels = 3, out_channels = 3, latent_channels = 16;
  std::vector<int64_t> block_out_channels = {128, 256, 512, 512};
  int64_t layers_per_block = 2, norm_num_groups = 32;
  double scaling_factor = 0.476986;
  int64_t spatial_compression_ratio = 8, temporal_compression_ratio = 4;
  bool mid_block_add_attention = true;

  static HunyuanVaeConfig from(const ModelConfig& config);

  // What block i of n resamples by, (t,h,w), counted from the input for the encoder and from the
  // latent for the decoder.
  std::array<int64_t, 3> resampling(size_t block) const;
};

// [B,3,F,H,W] → moments [B, 2·latent_channels, …] before quant_conv.
class VaeEncoder : public Module {
 public:
  explicit VaeEncoder(const HunyuanVaeConfig& config);
  at::Tensor operator()(const at::Tensor& x, const Breakpoint& breakpoint) const;

 private:
  CausalConv3d conv_in_, conv_out_;
  std::vector<std::unique_ptr<DownBlock>> blocks_;
  MidBlock mid_;
  GroupNorm norm_out_;
};

// [B, latent_channels, T, h, w] after post_quant_conv → frames [B,3,4(T-1)+1,8h,8w], not clamped.
class VaeDecoder : public Module {
 public:
  explicit VaeDecoder(const HunyuanVaeConfig& config);
  at::Tensor operator()(const at::Tensor& z, const Breakpoint& breakpoint) const;

 private:
  CausalConv3d conv_in_, conv_out_;
  MidBlock mid_;
  std::vector<std::unique_ptr<UpBlock>> blocks_;
  GroupNorm norm_out_;
};

// The whole autoencoder on one tile; models/vae/tiling.h runs it over clips. Parameters of the half
// that is not wanted are neither loaded nor needed.
class HunyuanVae : public Module {
 public:
  enum class Part { kEncoder, kDecoder, kBoth };
  explicit HunyuanVae(const HunyuanVaeConfig& config, Part part = Part::kBoth);

  const HunyuanVaeConfig& config() const { return config_; }

  // x [B,3,F,H,W] in [-1,1] → moments [B,2·latent_channels,T,h,w]: mean in the first half,
  // log-variance (not yet clamped) in the second.
  at::Tensor encode_tile(const at::Tensor& x, const Breakpoint& breakpoint = {}) const;

  // z [B,C,T,h,w], not scaled → frames [B,3,4(T-1)+1,8h,8w], about [-1,1].
  at::Tensor decode_tile(const at::Tensor& z, const Breakpoint& breakpoint = {}) const;

  // Whether a checkpoint key belongs to the half that was left out.
  bool leaves_out(const std::string& key) const;

 private:
  HunyuanVaeConfig config_;
  Part part_;
  std::unique_ptr<VaeEncoder> encoder_;
  std::unique_ptr<VaeDecoder> decoder_;
  PointwiseConv3d quant_conv_, post_quant_conv_;
};

}  // namespace flowreel
