#include "pipeline/generate/decode.h"

#include <ATen/ATen.h>

#include "pipeline/generate/guard.h"

namespace flowreel {

at::Tensor to_uint8_frames(const at::Tensor& decoded) {
  // The unit range is reached in the VAE's own type, the 8-bit value in float32.
  const at::Tensor unit = (decoded * 0.5 + 0.5).clamp(0.0, 1.0);
  return (unit.permute({0, 2, 3, 1}).to(at::kFloat) * 255.0).round().to(at::kByte).contiguous();
}

void decode_latents(const HunyuanVae& vae, const at::Tensor& latents, const VaeTiling& tiling,
                    const ComputePlan& plan, const Events& events, const DecodeSinks& sinks) {
  const int64_t total = (latents.size(2) - 1) * vae.config().temporal_compression_ratio + 1;
  int64_t done = 0;
  const auto hand_on = [&](const at::Tensor& chunk) {
    const at::Tensor frames = chunk.select(0, 0).transpose(0, 1);  // [n,3,H,W]
    for (int64_t i = 0; i < frames.size(0); ++i) {
      check_finite(frames.select(0, i), "decoded frame " + std::to_string(done + i));
    }
    if (sinks.decoded) sinks.decoded(frames.to(at::kCPU, at::kFloat));
    const at::Tensor pixels = to_uint8_frames(frames).cpu();
    for (int64_t i = 0; i < pixels.size(0); ++i) sinks.frame(pixels.select(0, i));
    done += frames.size(0);
    events.report("decode", done, total);
  };
  events.report("decode", 0, total);
  vae_decode(vae, latents.to(plan.device, plan.vae), tiling, hand_on,
             [&events] { events.check_stop(); });
}

}  // namespace flowreel
