// The whole way from options to a published clip; each stage is a file of its own beside this one.
#pragma once

#include "pipeline/generate/events.h"
#include "pipeline/generate/manifest.h"
#include "pipeline/generate/model_cache.h"
#include "pipeline/generate/options.h"

namespace flowreel {

// Text-to-video; with `input`, video-to-video: the clip's latents are carried back along the path
// to where `strength` says, with the seed's noise, and integrated from there; with `first_frame`,
// that image's latent is held still as the first latent frame at every step (training-free: the
// network was not taught to continue it).
//
// Components are loaded when their stage begins and freed when it ends; the final latents are saved
// (where asked for) before decoding begins. With a checkpoint file, a run of the same options goes
// on from the state in it, to the same frames; it is the caller's to remove. Nothing is published
// under a final name unless the whole clip is good. Errors: every class of errors/error.h; see the
// stages.
//
// With a cache, networks of the model stay in it for the next run, as long as the whole model with
// the run takes no more than half of the memory that can be had. No bit depends on it.
RunRecord generate(const GenerateOptions& options, const Events& events,
                   ModelCache* cache = nullptr);

// All that generate() finds out before it opens an output and reads the first weight: options,
// configurations, the headers of the weights, the memory that it needs, and the inputs themselves.
// The record has what was resolved. Errors as generate().
RunRecord check_generation(const GenerateOptions& options, const Events& events);

// Sees one frame as it went in and as it came out, [H,W,3] uint8 RGB.
using FramePairObserver =
    std::function<void(const at::Tensor& original, const at::Tensor& decoded)>;

// Clip → mean latents → clip: what the autoencoder alone costs.
RunRecord reconstruct(const ReconstructOptions& options, const Events& events,
                      const FramePairObserver& observer);

}  // namespace flowreel
