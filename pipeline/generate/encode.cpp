#include "pipeline/generate/encode.h"

#include <ATen/ATen.h>

#include "pipeline/generate/guard.h"

namespace flowreel {

EncodedClip encode_frames(const HunyuanVae& vae, const at::Tensor& frames, const VaeTiling& tiling,
                          const ComputePlan& plan, const Events& events) {
  // 0..255 → [-1,1] as diffusers' VideoProcessor: x/255, then 2x - 1; in place, since a clip of
  // floats is large.
  at::Tensor x = frames.permute({3, 0, 1, 2}).unsqueeze(0).contiguous().to(at::kFloat);
  x.div_(255.0).mul_(2.0).sub_(1.0);
  x = x.to(plan.device, plan.vae);
  const at::Tensor moments =
      vae_encode(vae, x, tiling, [&events] { events.check_stop(); }).to(at::kCPU, at::kFloat);
  check_finite(moments, "encode");
  const auto parts = moments.chunk(2, 1);
  return {parts[0].contiguous(), parts[1].clamp(-30.0, 20.0).contiguous()};
}

}  // namespace flowreel
