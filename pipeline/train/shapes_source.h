// The shapes data set as batches: clips for the autoencoder, latents with captions for the flow.
#pragma once

#include <memory>

#include "models/vae/hunyuan_vae.h"
#include "pipeline/train/latent_cache.h"
#include "pipeline/train/plan.h"

namespace flowreel {

// Batch n holds clips n·batch … n·batch + batch - 1 of the data set with this seed.
BatchSource shapes_clips(const ShapesData& data, uint64_t seed, int64_t batch, at::Device device);

// The same, encoded: the posterior's mean times the scaling factor. The autoencoder must outlive
// it.
BatchSource shapes_latents(const ShapesData& data, uint64_t seed, int64_t batch,
                           const HunyuanVae& vae, at::Device device);

// Batches drawn at random, with replacement, from clips 0 … cache->count()-1 of the data set; their
// latents come from the cache.
BatchSource cached_shapes(const ShapesData& data, int64_t batch, uint64_t draw_seed,
                          std::shared_ptr<const LatentCache> cache, at::Device device);

// Scaled latents [B,C,T,h,w] float32 of clips [B,3,F,H,W] in [-1,1].
at::Tensor encode_clips(const HunyuanVae& vae, const at::Tensor& clips);

// Clips of the data set, [count,3,F,H,W].
at::Tensor render_clips(const ShapesData& data, uint64_t seed, int64_t first, int64_t count,
                        at::Device device);

}  // namespace flowreel
