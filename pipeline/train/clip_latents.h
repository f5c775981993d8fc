// Clips as what a transformer learns from: their latents, encoded when asked for or kept.
#pragma once

#include "models/vae/hunyuan_vae.h"
#include "pipeline/train/clip_batches.h"

namespace flowreel {

// Scaled latents [B,C,T,h,w] float32 of clips [B,3,F,H,W] in [-1,1]: the posterior's mean times the
// scaling factor. bfloat16: under autocast.
at::Tensor encode_clips(const HunyuanVae& vae, const at::Tensor& clips, bool bfloat16 = false);

// Encoded anew each time. The autoencoder must outlive it.
ClipData latents_of(std::shared_ptr<const ClipSet> set, const HunyuanVae& vae,
                    bool bfloat16 = false);

struct KeptLatentsOptions {
  std::string folder;
  int64_t count = 0;      // clips 0 … count-1 of the set
  int64_t batch = 1;      // encoded together
  bool bfloat16 = false;  // encoded under autocast; such latents are kept apart from others
  at::Device device = at::kCPU;
  // After a file of new latents, and before each batch that is encoded; may throw to stop.
  std::function<void(int64_t done, int64_t total)> progress;
  std::function<void()> check_stop;
};

// Encoded once, see LatentCache, whose errors it has. The autoencoder's decoder does not count as a
// part of what latents depend on.
ClipData kept_latents_of(const ClipSet& set, HunyuanVae& vae, const KeptLatentsOptions& options);

// Whether a parameter of the autoencoder belongs to its decoder.
bool is_of_decoder(const std::string& name);

}  // namespace flowreel
