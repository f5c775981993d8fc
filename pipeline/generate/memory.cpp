#include "pipeline/generate/memory.h"

#include <algorithm>
#include <cstdio>

#include "pipeline/generate/available_memory.h"

namespace flowreel {
namespace {

// A convolution holds its input and what that was made from, a padded copy, the output, and what
// oneDNN lays out anew. Measured on x86, as peak memory over the size of the largest map: in the
// encoder that is within a residual block, in the decoder within an enlargement.
constexpr double kEncoderMapsHeld = 6.4, kDecoderMapsHeld = 5.8;

// Positions of one tile, counted in the input for the encoder and in latents for the decoder.
struct Extent {
  int64_t t, h, w;
  uint64_t positions() const { return static_cast<uint64_t>(t * h * w); }
};

Extent tile_in_latents(const HunyuanVaeConfig& c, const ClipSize& size, const VaeTiling& tiling) {
  const int64_t space = c.spatial_compression_ratio, time = c.temporal_compression_ratio;
  Extent e{(size.frames - 1) / time + 1, size.height / space, size.width / space};
  if (e.t > tiling.tile_frames / time) e.t = tiling.tile_frames / time + 1;
  if (tiling.spatial) {
    e.h = std::min(e.h, tiling.tile_height / space);
    e.w = std::min(e.w, tiling.tile_width / space);
  }
  return e;
}

// Values of the decoder's largest feature map over one tile.
uint64_t largest_decoder_map(const HunyuanVaeConfig& c, Extent e) {
  uint64_t largest = 0;
  for (size_t i = 0; i < c.block_out_channels.size(); ++i) {
    const auto [ft, fh, fw] = c.resampling(i);
    e = {1 + ft * (e.t - 1), fh * e.h, fw * e.w};
    const int64_t channels = c.block_out_channels[c.block_out_channels.size() - 1 - i];
    largest = std::max(largest, static_cast<uint64_t>(channels) * e.positions());
  }
  return largest;
}

// The same of the encoder.
uint64_t largest_encoder_map(const HunyuanVaeConfig& c, Extent e) {
  uint64_t largest = 0;
  for (size_t i = 0; i < c.block_out_channels.size(); ++i) {
    largest = std::max(largest, static_cast<uint64_t>(c.block_out_channels[i]) * e.positions());
    const auto [ft, fh, fw] = c.resampling(i);
    e = {1 + (e.t - 1) / ft, e.h / fh, e.w / fw};
  }
  return largest;
}

uint64_t bytes_of(double maps, uint64_t map, uint64_t bytes_per_value) {
  return static_cast<uint64_t>(maps * static_cast<double>(map)) * bytes_per_value;
}

}  // namespace

uint64_t decode_bytes(const HunyuanVaeConfig& c, const ClipSize& size, const VaeTiling& tiling,
                      uint64_t bytes_per_value) {
  const uint64_t frames_held = static_cast<uint64_t>(
      2 * std::min(size.frames, tiling.tile_frames + 1) * size.width * size.height * 3);
  const uint64_t map = largest_decoder_map(c, tile_in_latents(c, size, tiling));
  return bytes_of(kDecoderMapsHeld, map, bytes_per_value) + frames_held * bytes_per_value;
}

uint64_t encode_bytes(const HunyuanVaeConfig& c, const ClipSize& size, const VaeTiling& tiling,
                      uint64_t bytes_per_value) {
  const Extent latents = tile_in_latents(c, size, tiling);
  const uint64_t map = largest_encoder_map(
      c, {1 + (latents.t - 1) * c.temporal_compression_ratio,
          latents.h * c.spatial_compression_ratio, latents.w * c.spatial_compression_ratio});
  // The whole clip, as 8-bit values, as float32 and in the compute type.
  const uint64_t clip = static_cast<uint64_t>(size.frames * size.width * size.height * 3);
  return bytes_of(kEncoderMapsHeld, map, bytes_per_value) +
         clip * (1 + sizeof(float) + bytes_per_value);
}

uint64_t text_bytes(const LlamaConfig& c, uint64_t bytes_per_value) {
  constexpr int64_t kTokens = 351;  // the template's 95 and 256 of the prompt
  const int64_t attention = 4 * c.num_attention_heads * c.head_dim;
  return static_cast<uint64_t>(kTokens *
                               (4 * c.hidden_size + attention + 3 * c.intermediate_size)) *
         bytes_per_value;
}

uint64_t transformer_bytes(const VideoTransformer& transformer, const HunyuanVaeConfig& vae,
                           const ClipSize& size, uint64_t bytes_per_value) {
  constexpr int64_t kTextTokens = 256;
  const auto [pt, ph, pw] = transformer.patch();
  const int64_t latent_frames = (size.frames - 1) / vae.temporal_compression_ratio + 1;
  const int64_t tokens = latent_frames / pt * (size.height / vae.spatial_compression_ratio / ph) *
                             (size.width / vae.spatial_compression_ratio / pw) +
                         kTextTokens;
  return static_cast<uint64_t>(tokens * (12 * transformer.width() + transformer.mlp_width())) *
         bytes_per_value;
}

VaeTiling choose_tiling(const VaeOptions& options, const HunyuanVaeConfig& config,
                        const ClipSize& size, uint64_t bytes_per_value, at::Device device,
                        std::string* why) {
  VaeTiling tiling = options.tiles;
  tiling.spatial = options.mode == TilingMode::kOn;
  check_tiling(tiling, config);
  if (options.mode == TilingMode::kOn) return tiling;
  const uint64_t needed = decode_bytes(config, size, tiling, bytes_per_value);
  const std::optional<uint64_t> free = available_bytes(device);
  const bool larger_than_tile = size.width > tiling.tile_width || size.height > tiling.tile_height;
  const bool is_auto = options.mode == TilingMode::kAuto;
  // Where it is not known what is free, tiles are the choice that works.
  tiling.spatial = is_auto && larger_than_tile && needed > free.value_or(0) / 2;
  if (why != nullptr && larger_than_tile && (is_auto || (free && needed > *free))) {
    *why = std::string("VAE tiling ") + (is_auto ? "auto: " : "") +
           (tiling.spatial ? "on" : "off") + "; a decode without spatial tiles needs about " +
           human_bytes(needed) + ", " +
           (free ? human_bytes(*free) + " are free" : "free memory is unknown");
  }
  return tiling;
}

std::string human_bytes(uint64_t bytes) {
  const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit < 4) {
    value /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value,
                units[unit]);
  return text;
}

}  // namespace flowreel
