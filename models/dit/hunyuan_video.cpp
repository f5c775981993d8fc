#include "models/dit/hunyuan_video.h"

#include <ATen/ATen.h>

#include "errors/error.h"
#include "models/weights/config.h"

namespace flowreel {
namespace {

// diffusers gives the refiner no mlp_ratio, so its own default holds whatever the config says.
constexpr int64_t kRefinerMlpRatio = 4;

BlockShape block_shape(const HunyuanVideoConfig& c) {
  const int64_t width = c.num_attention_heads * c.attention_head_dim;
  return {c.num_attention_heads, c.attention_head_dim, static_cast<int64_t>(width * c.mlp_ratio)};
}

BlockShape refiner_shape(const HunyuanVideoConfig& c) {
  const int64_t width = c.num_attention_heads * c.attention_head_dim;
  return {c.num_attention_heads, c.attention_head_dim, width * kRefinerMlpRatio};
}

void check_heads(const HunyuanVideoConfig& c, const std::string& what) {
  int64_t sum = 0;
  for (int64_t dim : c.rope_axes_dim) {
    sum += dim;
    if (dim <= 0 || dim % 2 != 0) {
      throw DataError(what + ": rope_axes_dim holds " + std::to_string(dim) +
                      ", expected positive even numbers");
    }
  }
  if (c.rope_axes_dim.size() == 3 && sum == c.attention_head_dim) return;
  throw DataError(
      what + ": rope_axes_dim has " + std::to_string(c.rope_axes_dim.size()) +
      " entries with sum " + std::to_string(sum) +
      ", expected 3 with sum attention_head_dim = " + std::to_string(c.attention_head_dim));
}

}  // namespace

HunyuanVideoConfig HunyuanVideoConfig::from(const ModelConfig& config) {
  constexpr int64_t kMax = 1 << 20;
  HunyuanVideoConfig c;
  c.in_channels = config.get_int("in_channels", c.in_channels, 1, kMax);
  c.out_channels = config.is_null("out_channels")
                       ? c.in_channels
                       : config.get_int("out_channels", c.out_channels, 1, kMax);
  c.num_attention_heads = config.get_int("num_attention_heads", c.num_attention_heads, 1, 4096);
  c.attention_head_dim = config.get_int("attention_head_dim", c.attention_head_dim, 2, 4096);
  c.num_layers = config.get_int("num_layers", c.num_layers, 0, 4096);
  c.num_single_layers = config.get_int("num_single_layers", c.num_single_layers, 0, 4096);
  c.num_refiner_layers = config.get_int("num_refiner_layers", c.num_refiner_layers, 0, 4096);
  c.mlp_ratio = config.get_double("mlp_ratio", c.mlp_ratio, 0.01, 1000);
  c.patch_size = config.get_int("patch_size", c.patch_size, 1, 64);
  c.patch_size_t = config.get_int("patch_size_t", c.patch_size_t, 1, 64);
  c.guidance_embeds = config.get_bool("guidance_embeds", c.guidance_embeds);
  c.text_embed_dim = config.get_int("text_embed_dim", c.text_embed_dim, 1, kMax);
  c.pooled_projection_dim =
      config.get_int("pooled_projection_dim", c.pooled_projection_dim, 1, kMax);
  c.rope_theta = config.get_double("rope_theta", c.rope_theta, 1e-6, 1e12);
  c.rope_axes_dim = config.get_int_list("rope_axes_dim", c.rope_axes_dim, 1, kMax);
  check_heads(c, config.what());
  const std::string qk_norm = config.get_string("qk_norm", "rms_norm");
  if (qk_norm != "rms_norm") {
    throw DataError(config.what() + ": qk_norm is \"" + qk_norm + "\", only rms_norm is supported");
  }
  if (config.has("image_condition_type")) {
    throw DataError(config.what() + ": image_condition_type is \"" +
                    config.get_string("image_condition_type", "") +
                    "\"; image-to-video checkpoints are not supported, only text-to-video (null)");
  }
  return c;
}

HunyuanVideoTransformer::HunyuanVideoTransformer(const HunyuanVideoConfig& c)
    : config_(c),
      shape_(block_shape(c)),
      patch_weight_({shape_.width(), c.in_channels, c.patch_size_t, c.patch_size, c.patch_size}),
      patch_bias_({shape_.width()}),
      refiner_(c.text_embed_dim, refiner_shape(c), c.num_refiner_layers),
      timestep_embedder_(kSinusoidChannels, shape_.width()),
      guidance_embedder_(kSinusoidChannels, shape_.width()),
      pooled_embedder_(c.pooled_projection_dim, shape_.width()),
      norm_out_(shape_.width(), 2 * shape_.width()),
      proj_out_(shape_.width(), c.patch_size_t * c.patch_size * c.patch_size * c.out_channels) {
  add("x_embedder.proj.weight", patch_weight_);
  add("x_embedder.proj.bias", patch_bias_);
  add("context_embedder", refiner_);
  add("time_text_embed.timestep_embedder", timestep_embedder_);
  add("time_text_embed.text_embedder", pooled_embedder_);
  if (c.guidance_embeds) add("time_text_embed.guidance_embedder", guidance_embedder_);
  for (int64_t i = 0; i < c.num_layers; ++i) {
    double_blocks_.push_back(std::make_unique<DoubleBlock>(shape_));
    add("transformer_blocks." + std::to_string(i), *double_blocks_.back());
  }
  for (int64_t i = 0; i < c.num_single_layers; ++i) {
    single_blocks_.push_back(std::make_unique<SingleBlock>(shape_));
    add("single_transformer_blocks." + std::to_string(i), *single_blocks_.back());
  }
  add("norm_out.linear", norm_out_);
  add("proj_out", proj_out_);
}

at::Tensor HunyuanVideoTransformer::patchify(const at::Tensor& latents) const {
  // A convolution whose stride is its kernel is a linear map of the patches (c, t, y, x).
  const int64_t p = config_.patch_size, pt = config_.patch_size_t;
  const at::Tensor patches =
      latents.unflatten(4, {-1, p}).unflatten(3, {-1, p}).unflatten(2, {-1, pt});
  const at::Tensor tokens = patches.permute({0, 2, 4, 6, 1, 3, 5, 7}).flatten(4).flatten(1, 3);
  return at::linear(tokens, patch_weight_.value.flatten(1), patch_bias_.value);
}

at::Tensor HunyuanVideoTransformer::unpatchify(const at::Tensor& tokens,
                                               at::IntArrayRef shape) const {
  const int64_t p = config_.patch_size, pt = config_.patch_size_t;
  const at::Tensor patches = tokens.view(
      {shape[0], shape[2] / pt, shape[3] / p, shape[4] / p, config_.out_channels, pt, p, p});
  return patches.permute({0, 4, 1, 5, 2, 6, 3, 7}).flatten(6).flatten(4, 5).flatten(2, 3);
}

at::Tensor HunyuanVideoTransformer::conditioning(const TransformerInput& in,
                                                 const at::Tensor& timestep) const {
  at::Tensor temb = timestep_embedder_(timestep);
  if (config_.guidance_embeds) {
    temb = temb + guidance_embedder_(sinusoidal_embedding(in.guidance).to(temb.scalar_type()));
  }
  return temb + pooled_embedder_(in.pooled.to(temb.scalar_type()));
}

at::Tensor HunyuanVideoTransformer::run_blocks(Streams x, const BlockContext& context) const {
  const int64_t n = x.video.size(1), l = x.text.size(1);
  if (tap_) tap_("embed", x.video, x.text);
  for (size_t i = 0; i < double_blocks_.size(); ++i) {
    x = (*double_blocks_[i])(std::move(x), context);
    if (tap_) tap_("transformer_blocks." + std::to_string(i), x.video, x.text);
  }
  at::Tensor joint = at::cat({x.video, x.text}, 1);
  x = {};
  for (size_t i = 0; i < single_blocks_.size(); ++i) {
    joint = (*single_blocks_[i])(std::move(joint), context);
    if (tap_)
      tap_("single_transformer_blocks." + std::to_string(i), joint.narrow(1, 0, n),
           joint.narrow(1, n, l));
  }
  return joint.narrow(1, 0, n);
}

at::Tensor HunyuanVideoTransformer::operator()(const TransformerInput& in) const {
  const at::ScalarType dtype = patch_weight_.value.scalar_type();
  const at::Tensor latents = in.latents.to(dtype);
  const at::Tensor timestep = sinusoidal_embedding(in.timestep).to(dtype);
  BlockContext context;
  context.rope =
      rope_3d({latents.size(2) / config_.patch_size_t, latents.size(3) / config_.patch_size,
               latents.size(4) / config_.patch_size},
              config_.rope_axes_dim, config_.rope_theta, latents.device());
  context.silu_temb = at::silu(conditioning(in, timestep));
  // Under autocast the products are bfloat16, what the blocks add them to is not.
  Streams streams{patchify(latents).to(dtype), refiner_(in.text.to(dtype), timestep, in.text_mask)};
  if (in.text_mask.defined()) {
    const at::Tensor of_video = in.text_mask.new_ones({latents.size(0), streams.video.size(1)});
    context.key_mask = at::cat({of_video, in.text_mask}, 1);
  }
  const at::Tensor video = run_blocks(std::move(streams), context);
  const auto modulation = norm_out_(context.silu_temb).chunk(2, 1);  // scale first, then shift
  const at::Tensor normed = modulated_layer_norm(video, modulation[0], modulation[1], kDitEps);
  if (tap_) tap_("norm_out", normed, {});
  return unpatchify(proj_out_(normed), latents.sizes());
}

}  // namespace flowreel
