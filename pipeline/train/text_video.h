// The networks of a text-to-video pipeline as one trainable function of latents, time and captions.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/dit/transformer.h"
#include "models/text/clip.h"
#include "models/text/llama.h"
#include "pipeline/flow/path.h"
#include "pipeline/train/caption_ids.h"
#include "pipeline/train/objective.h"

namespace flowreel {

struct TextVideoParts {
  // All of one type, on one device; in float32 to be trained.
  const VideoTransformer* transformer = nullptr;
  const LlamaModel* llama = nullptr;
  const ClipTextModel* clip = nullptr;
  CaptionTokenizer tokenizer;
  int64_t crop_start = 0;       // leading tokens of the template that the transformer is not shown
  double guidance_scale = 6.0;  // given to a transformer that embeds guidance
};

// v(x_t, t | captions) of latents [B,C,T,h,w]: the network's noise - data with the sign of path.h.
// Gradients reach whatever parameters require them. The parts must outlive it. DataError: a caption
// that the tokenizer or an encoder does not take.
BatchNetwork text_video_velocity(const TextVideoParts& parts);

// The network's answer to x and time, t = 1 - n/T at the step n of a diffusion in T = 1000 steps,
// as a prediction of noise. diffusers counts steps from 0: the network is shown n - 1. As
// text_video_velocity() otherwise.
BatchNetwork text_video_noise(const TextVideoParts& parts);

// The velocity as solvers see it, in the type of x whatever that of the networks: one time for all,
// B captions that are encoded once, here, and no graph. A cfg_scale other than 1 guides it away
// from the empty caption, both in one pass.
Velocity text_video_field(const TextVideoParts& parts, const std::vector<std::string>& captions,
                          at::Device device, double cfg_scale = 1);

}  // namespace flowreel
