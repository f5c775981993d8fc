// HunyuanVideo's transformer: latents, time and text in, velocity out. Must agree with diffusers'
// HunyuanVideoTransformer3DModel (image_condition_type null).
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "models/dit/blocks.h"
#include "models/dit/refiner.h"
#include "models/dit/transformer.h"

namespace flowreel {

class ModelConfig;

// transformer/config.json; the defaults are those of the published model and of diffusers' class.
struct HunyuanVideoConfig {
  int64_t in_channels = 16, out_channels = 16;
  int64_t num_attention_heads = 24, attention_head_dim = 128;
  int64_t num_layers = 20, num_single_layers = 40, num_refiner_layers = 2;
  double mlp_ratio = 4.0;
  int64_t patch_size = 2, patch_size_t = 1;
  bool guidance_embeds = true;
  int64_t text_embed_dim = 4096, pooled_projection_dim = 768;
  double rope_theta = 256.0;
  std::vector<int64_t> rope_axes_dim = {16, 56, 56};

  // DataError names the key when a value is wrong or asks for what is not supported here (image
  // conditioning).
  static HunyuanVideoConfig from(const ModelConfig& config);
};

// The tap sees the streams after the embedding ("embed"), each block ("transformer_blocks.i",
// "single_transformer_blocks.i") and the output norm ("norm_out").
class HunyuanVideoTransformer : public VideoTransformer {
 public:
  explicit HunyuanVideoTransformer(const HunyuanVideoConfig& config);

  const HunyuanVideoConfig& config() const { return config_; }

  at::Tensor operator()(const TransformerInput& input) const override;
  int64_t latent_channels() const override { return config_.in_channels; }
  int64_t out_channels() const override { return config_.out_channels; }
  std::array<int64_t, 3> patch() const override {
    return {config_.patch_size_t, config_.patch_size, config_.patch_size};
  }
  bool embeds_guidance() const override { return config_.guidance_embeds; }
  int64_t text_width() const override { return config_.text_embed_dim; }
  int64_t pooled_width() const override { return config_.pooled_projection_dim; }
  int64_t width() const override { return shape_.width(); }
  int64_t mlp_width() const override { return shape_.mlp_dim; }

 private:
  at::Tensor patchify(const at::Tensor& latents) const;
  at::Tensor unpatchify(const at::Tensor& tokens, at::IntArrayRef latent_shape) const;
  at::Tensor conditioning(const TransformerInput& input, const at::Tensor& timestep) const;
  at::Tensor run_blocks(Streams x, const BlockContext& context) const;

  HunyuanVideoConfig config_;
  BlockShape shape_;
  Parameter patch_weight_, patch_bias_;
  TokenRefiner refiner_;
  EmbeddingMlp timestep_embedder_, guidance_embedder_, pooled_embedder_;
  std::vector<std::unique_ptr<DoubleBlock>> double_blocks_;
  std::vector<std::unique_ptr<SingleBlock>> single_blocks_;
  Linear norm_out_, proj_out_;
};

}  // namespace flowreel
