// The networks of a text-to-video pipeline, owned together.
#pragma once

#include <memory>

#include "models/model_dir.h"
#include "pipeline/train/text_video.h"

namespace flowreel {

struct TextVideoNetworks {
  std::unique_ptr<VideoTransformer> transformer;
  std::unique_ptr<LlamaModel> llama;
  std::unique_ptr<ClipTextModel> clip;

  // The networks as objectives and solvers see them, behind the pipeline's template; they must
  // outlive it.
  TextVideoParts parts(const CaptionTokenizer& tokenizer, double guidance_scale) const;
};

// All three with their weights. Errors as ModelDirectory and check_components_fit.
TextVideoNetworks load_text_video(const ModelDirectory& model, const LoadOptions& options);

}  // namespace flowreel
