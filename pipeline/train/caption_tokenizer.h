// Captions through a model's own tokenizers, as generation does it.
#pragma once

#include "models/model_dir.h"
#include "pipeline/train/caption_ids.h"

namespace flowreel {

// LLaMA's ids of the caption in the pipeline's template, CLIP's of the caption itself; both cut to
// the pipeline's limits (351 and 77). ConfigError in a build without tokenizers; else as
// load_tokenizer.
CaptionTokenizer caption_tokenizer(const ModelDirectory& model);

}  // namespace flowreel
