#include "pipeline/generate/decode_retry.h"

#include <string>

#include "models/weights/out_of_memory.h"

namespace flowreel {
namespace {

// Half of a side, down to a multiple of the compression ratio.
int64_t halved(int64_t pixels, int64_t ratio) { return pixels / 2 / ratio * ratio; }

bool cuts(const VaeTiling& tiling, const ClipSize& size) {
  return size.width > tiling.tile_width || size.height > tiling.tile_height;
}

std::string text_of(const VaeTiling& t) {
  return std::to_string(t.tile_width) + " x " + std::to_string(t.tile_height) + " pixels";
}

}  // namespace

std::optional<VaeTiling> smaller_tiling(const VaeTiling& tiling, const HunyuanVaeConfig& config,
                                        const ClipSize& size) {
  constexpr int64_t kSmallest = 64;
  const int64_t ratio = config.spatial_compression_ratio;
  VaeTiling smaller = tiling;
  const bool cut_before = tiling.spatial && cuts(tiling, size);
  smaller.spatial = true;
  if (!tiling.spatial && cuts(smaller, size)) return smaller;
  do {
    smaller.tile_width = halved(smaller.tile_width, ratio);
    smaller.tile_height = halved(smaller.tile_height, ratio);
    smaller.stride_width = halved(smaller.stride_width, ratio);
    smaller.stride_height = halved(smaller.stride_height, ratio);
    if (smaller.tile_width < kSmallest || smaller.tile_height < kSmallest ||
        smaller.stride_width == 0 || smaller.stride_height == 0)
      return std::nullopt;
  } while (!cut_before && !cuts(smaller, size));
  return smaller;
}

VaeTiling decode_retrying(const VaeTiling& tiling, const HunyuanVaeConfig& config,
                          const ClipSize& size, const Events& events,
                          const std::function<void(const VaeTiling&)>& attempt) {
  VaeTiling now = tiling;
  for (;;) {
    std::optional<VaeTiling> next;
    try {
      attempt(now);
      return now;
    } catch (const std::exception& error) {
      if (is_out_of_memory(error)) next = smaller_tiling(now, config, size);
      if (!next) throw;
    }
    now = *next;
    events.tell("the decode ran out of memory; it is tried again in tiles of " + text_of(now) +
                ", which the manifest will say");
  }
}

}  // namespace flowreel
