#include "pipeline/generate/memory.h"

#include <ATen/Context.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace flowreel {
namespace {

constexpr uint64_t kMapsHeld = 4;

// Values of the decoder's largest feature map over one tile of T latents, h x w.
uint64_t largest_map(const HunyuanVaeConfig& c, int64_t t, int64_t h, int64_t w) {
  uint64_t largest = 0;
  for (size_t i = 0; i < c.block_out_channels.size(); ++i) {
    const auto [ft, fh, fw] = c.resampling(i);
    t = 1 + ft * (t - 1);
    h *= fh;
    w *= fw;
    const uint64_t channels =
        static_cast<uint64_t>(c.block_out_channels[c.block_out_channels.size() - 1 - i]);
    largest = std::max(largest, channels * static_cast<uint64_t>(t * h * w));
  }
  return largest;
}

}  // namespace

uint64_t decode_bytes(const HunyuanVaeConfig& c, const ClipSize& size, const VaeTiling& tiling,
                      uint64_t bytes_per_value) {
  const int64_t space = c.spatial_compression_ratio, time = c.temporal_compression_ratio;
  int64_t t = (size.frames - 1) / time + 1, h = size.height / space, w = size.width / space;
  const uint64_t frames_held = static_cast<uint64_t>(
      2 * std::min(size.frames, tiling.tile_frames + 1) * size.width * size.height * 3);
  if (t > tiling.tile_frames / time) t = tiling.tile_frames / time + 1;
  if (tiling.spatial) {
    h = std::min(h, tiling.tile_height / space);
    w = std::min(w, tiling.tile_width / space);
  }
  return (largest_map(c, t, h, w) * kMapsHeld + frames_held) * bytes_per_value;
}

uint64_t transformer_bytes(const VideoTransformer& transformer, const HunyuanVaeConfig& vae,
                           const ClipSize& size, uint64_t bytes_per_value) {
  constexpr int64_t kTextTokens = 256;
  const auto [pt, ph, pw] = transformer.patch();
  const int64_t latent_frames = (size.frames - 1) / vae.temporal_compression_ratio + 1;
  const int64_t tokens = latent_frames / pt * (size.height / vae.spatial_compression_ratio / ph) *
                             (size.width / vae.spatial_compression_ratio / pw) +
                         kTextTokens;
  return static_cast<uint64_t>(tokens * (7 * transformer.width() + transformer.mlp_width())) *
         bytes_per_value;
}

uint64_t available_bytes(at::Device device) {
  if (device.is_cuda()) return 0;
  std::ifstream meminfo("/proc/meminfo");
  std::string line;
  while (std::getline(meminfo, line)) {
    std::istringstream fields(line);
    std::string key;
    uint64_t kib = 0;
    if (fields >> key >> kib && key == "MemAvailable:") return kib * 1024;
  }
  return 0;
}

VaeTiling choose_tiling(const VaeOptions& options, const HunyuanVaeConfig& config,
                        const ClipSize& size, uint64_t bytes_per_value, at::Device device,
                        std::string* why) {
  VaeTiling tiling = options.tiles;
  tiling.spatial = options.mode == TilingMode::kOn;
  check_tiling(tiling, config);
  if (options.mode == TilingMode::kOn) return tiling;
  const uint64_t needed = decode_bytes(config, size, tiling, bytes_per_value),
                 free = available_bytes(device);
  const bool larger_than_tile = size.width > tiling.tile_width || size.height > tiling.tile_height;
  const bool is_auto = options.mode == TilingMode::kAuto;
  tiling.spatial = is_auto && larger_than_tile && needed > free / 2;
  if (why != nullptr && larger_than_tile && (is_auto || (free > 0 && needed > free))) {
    *why = std::string("VAE tiling ") + (is_auto ? "auto: " : "") +
           (tiling.spatial ? "on" : "off") + "; a decode without spatial tiles needs about " +
           human_bytes(needed) + ", " +
           (free == 0 ? "free memory is unknown" : human_bytes(free) + " are free");
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
