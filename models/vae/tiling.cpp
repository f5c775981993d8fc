#include "models/vae/tiling.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "errors/error.h"

namespace flowreel {
namespace {

// Cross-fades the first positions of b along `dim` with the last ones of a, in place: position x of
// E becomes a·(1 - x/E) + b·x/E. In place, because the next tile blends with what this one has
// become.
void blend(const at::Tensor& a, at::Tensor& b, int64_t dim, int64_t extent) {
  extent = std::min({a.size(dim), b.size(dim), extent});
  for (int64_t x = 0; x < extent; ++x) {
    const double weight = static_cast<double>(x) / static_cast<double>(extent);
    at::Tensor target = b.select(dim, x);
    target.copy_(a.select(dim, a.size(dim) - extent + x) * (1 - weight) + target * weight);
  }
}

// Tiles along H and W, in the units of what goes in (`in`) and of what comes out (`out`).
struct SpatialGrid {
  int64_t tile_h, tile_w, stride_h, stride_w;
};

SpatialGrid in_pixels(const VaeTiling& t) {
  return {t.tile_height, t.tile_width, t.stride_height, t.stride_width};
}

SpatialGrid in_latents(const VaeTiling& t, int64_t ratio) {
  return {t.tile_height / ratio, t.tile_width / ratio, t.stride_height / ratio,
          t.stride_width / ratio};
}

using TileFunction = std::function<at::Tensor(const at::Tensor&)>;

// f over tiles of x [B,C,T,H,W]; each is blended with the tile above it, then with the one to its
// left.
at::Tensor map_spatial_tiles(const TileFunction& f, const at::Tensor& x, const SpatialGrid& in,
                             const SpatialGrid& out) {
  const int64_t height = x.size(3), width = x.size(4);
  std::vector<at::Tensor> rows, above;
  for (int64_t i = 0; i < height; i += in.stride_h) {
    std::vector<at::Tensor> row, kept;
    for (int64_t j = 0; j < width; j += in.stride_w) {
      const int64_t h = std::min(in.tile_h, height - i), w = std::min(in.tile_w, width - j);
      at::Tensor tile = f(x.narrow(3, i, h).narrow(4, j, w));
      if (!above.empty()) blend(above[row.size()], tile, 3, out.tile_h - out.stride_h);
      if (!row.empty()) blend(row.back(), tile, 4, out.tile_w - out.stride_w);
      row.push_back(tile);
      kept.push_back(tile.narrow(3, 0, std::min(out.stride_h, tile.size(3)))
                         .narrow(4, 0, std::min(out.stride_w, tile.size(4))));
    }
    rows.push_back(at::cat(kept, 4));
    above = std::move(row);
  }
  return at::cat(rows, 3);
}

// One tile of time, tiled in space where asked for and needed.
at::Tensor encode_span(const HunyuanVae& vae, const at::Tensor& x, const VaeTiling& t,
                       const Breakpoint& breakpoint) {
  const auto whole = [&](const at::Tensor& tile) { return vae.encode_tile(tile, breakpoint); };
  if (!t.spatial || (x.size(3) <= t.tile_height && x.size(4) <= t.tile_width)) return whole(x);
  const int64_t ratio = vae.config().spatial_compression_ratio;
  return map_spatial_tiles(whole, x, in_pixels(t), in_latents(t, ratio))
      .narrow(3, 0, x.size(3) / ratio)
      .narrow(4, 0, x.size(4) / ratio);
}

at::Tensor decode_span(const HunyuanVae& vae, const at::Tensor& z, const VaeTiling& t,
                       const Breakpoint& breakpoint) {
  const auto whole = [&](const at::Tensor& tile) { return vae.decode_tile(tile, breakpoint); };
  const int64_t ratio = vae.config().spatial_compression_ratio;
  const SpatialGrid latents = in_latents(t, ratio);
  if (!t.spatial || (z.size(3) <= latents.tile_h && z.size(4) <= latents.tile_w)) return whole(z);
  return map_spatial_tiles(whole, z, latents, in_pixels(t));
}

// Walks overlapping spans of time. Every span but the first loses its first position (it only warms
// up the causal convolutions), is blended with the span before it, and what no later span can
// change is handed on.
struct TimeWalk {
  int64_t tile, stride;           // of the input: spans of tile+1 positions, one every stride
  int64_t out_blend, out_stride;  // of the output
  int64_t total;                  // positions of the output

  void run(const at::Tensor& x, const TileFunction& f, const FrameSink& sink) const {
    at::Tensor previous;
    int64_t emitted = 0;
    for (int64_t i = 0; i < x.size(2) && emitted < total; i += stride) {
      at::Tensor span = f(x.narrow(2, i, std::min(tile + 1, x.size(2) - i)));
      if (i > 0) {
        span = span.narrow(2, 1, span.size(2) - 1);
        blend(previous, span, 2, out_blend);
      }
      const int64_t wanted = out_stride + (i == 0 ? 1 : 0);
      const int64_t count = std::min({wanted, span.size(2), total - emitted});
      if (count > 0) sink(span.narrow(2, 0, count));
      emitted += count;
      previous = span;
    }
  }
};

void check_axis(const char* name, int64_t tile, int64_t stride, int64_t ratio) {
  const auto fits = [ratio](int64_t n) { return n >= ratio && n % ratio == 0; };
  if (fits(tile) && fits(stride) && stride <= tile) return;
  throw UsageError(std::string("VAE tile ") + name + " " + std::to_string(tile) + " with stride " +
                   std::to_string(stride) + ": both must be positive multiples of " +
                   std::to_string(ratio) + " and the stride no larger than the tile");
}

}  // namespace

void check_tiling(const VaeTiling& t, const HunyuanVaeConfig& c) {
  check_axis("height", t.tile_height, t.stride_height, c.spatial_compression_ratio);
  check_axis("width", t.tile_width, t.stride_width, c.spatial_compression_ratio);
  check_axis("frames", t.tile_frames, t.stride_frames, c.temporal_compression_ratio);
}

at::Tensor vae_encode(const HunyuanVae& vae, const at::Tensor& x, const VaeTiling& t,
                      const Breakpoint& breakpoint) {
  const int64_t ratio = vae.config().temporal_compression_ratio;
  const auto span = [&](const at::Tensor& part) { return encode_span(vae, part, t, breakpoint); };
  if (x.size(2) <= t.tile_frames) return span(x);
  const int64_t stride = t.stride_frames / ratio;
  std::vector<at::Tensor> pieces;
  const TimeWalk walk{t.tile_frames, t.stride_frames, t.tile_frames / ratio - stride, stride,
                      (x.size(2) - 1) / ratio + 1};
  walk.run(x, span, [&pieces](const at::Tensor& piece) { pieces.push_back(piece); });
  return at::cat(pieces, 2);
}

void vae_decode(const HunyuanVae& vae, const at::Tensor& z, const VaeTiling& t,
                const FrameSink& sink, const Breakpoint& breakpoint) {
  const int64_t ratio = vae.config().temporal_compression_ratio;
  const auto span = [&](const at::Tensor& part) { return decode_span(vae, part, t, breakpoint); };
  if (z.size(2) <= t.tile_frames / ratio) return sink(span(z));
  const TimeWalk walk{t.tile_frames / ratio, t.stride_frames / ratio,
                      t.tile_frames - t.stride_frames, t.stride_frames,
                      (z.size(2) - 1) * ratio + 1};
  walk.run(z, span, sink);
}

}  // namespace flowreel
