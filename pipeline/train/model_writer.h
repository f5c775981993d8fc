// Writes what was trained as a diffusers pipeline directory that diffusers and transformers open.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <optional>
#include <string>

#include "models/dit/transformer.h"
#include "models/text/clip.h"
#include "models/text/llama.h"
#include "models/vae/hunyuan_vae.h"
#include "pipeline/flow/diffusion.h"

namespace flowreel {

// The networks whose weights are written; a null one keeps the files that the source has.
struct TrainedParts {
  VideoTransformer* transformer = nullptr;
  HunyuanVae* vae = nullptr;
  LlamaModel* llama = nullptr;
  ClipTextModel* clip = nullptr;
  double scaling_factor = 0;  // of the latents, into vae/config.json; 0: as it is there
  bool new_captions = false;  // the "words" of flowreel.json are no longer all that it was taught
  bool guidance_learnt = false;  // the "cfg_scale" of flowreel.json would guide a second time
  // What the transformer predicts is the noise of this diffusion: the scheduler becomes diffusers'
  // DDIMScheduler. Unset: the scheduler stays.
  std::optional<BetaLaw> betas = {};
};

// Copies the pipeline directory `source` (configurations, tokenizers, weights of parts that are
// null) to `folder`, which must not exist, and adds the trained weights in `dtype`. The folder
// appears under its name complete or not at all. Layers of LLaMA that the pipeline never runs are
// zeros. OutputError, IoError.
void write_model(const std::string& source, const std::string& folder, const TrainedParts& parts,
                 at::ScalarType dtype);

}  // namespace flowreel
