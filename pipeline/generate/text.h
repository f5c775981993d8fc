// The text stage: prompt in, embeddings out.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "models/model_dir.h"
#include "models/text/prompt_template.h"
#include "models/text/tokenizer.h"
#include "pipeline/generate/events.h"

namespace flowreel {

// What the transformer is conditioned on. Padding is left out: L counts valid tokens only.
struct TextEmbedding {
  at::Tensor tokens;  // [1,L,D]
  at::Tensor pooled;  // [1,P]
};

// The same values as diffusers holds them, for comparison: padded on the right, masks int64.
struct PaddedText {
  at::Tensor input_ids, attention_mask;          // [1, 256 + crop], before the crop
  at::Tensor clip_input_ids;                     // [1, 77]
  at::Tensor prompt_embeds, prompt_embeds_mask;  // [1, 256, D], [1, 256], after the crop
};

// Both text encoders and their tokenizers, in memory as long as this lives.
class TextStage {
 public:
  TextStage(const ModelDirectory& model, const LoadOptions& load,
            const PromptTemplate& prompt_template);

  // `name` ("prompt", "negative prompt") begins the notices about truncation. When padded is given
  // it is filled, which costs an evaluation over the padding too. DataError: invalid UTF-8, or a
  // tokenizer and encoder that do not fit together.
  TextEmbedding encode(const std::string& name, const std::string& prompt, const Events& events,
                       PaddedText* padded = nullptr) const;

 private:
  at::Tensor encode_llama(const std::string& name, const std::string& prompt, const Events& events,
                          PaddedText* padded) const;
  at::Tensor encode_clip(const std::string& name, const std::string& prompt, const Events& events,
                         PaddedText* padded) const;

  at::Device device_;
  PromptTemplate template_;
  std::unique_ptr<Tokenizer> tokenizer_, tokenizer_2_;
  std::unique_ptr<LlamaModel> llama_;
  std::unique_ptr<ClipTextModel> clip_;
};

}  // namespace flowreel
