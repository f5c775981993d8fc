#include "pipeline/generate/text.h"

#include <ATen/ATen.h>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

at::Tensor row(const std::vector<int64_t>& values) {
  return at::tensor(values, at::TensorOptions().dtype(at::kLong)).unsqueeze(0);
}

std::string shortened(const std::string& text) {
  constexpr size_t kShown = 60;
  if (text.size() <= kShown) return text;
  return std::string(cut(text, kShown)) + "…";
}

void tell_truncation(const std::string& name, const char* encoder, const Tokens& tokens,
                     const Events& events) {
  if (tokens.dropped == 0) return;
  events.tell(name + ": " + encoder + " keeps " + std::to_string(tokens.kept) + " of " +
              std::to_string(tokens.kept + tokens.dropped) + " tokens; cut off: \"" +
              shortened(tokens.dropped_text) + "\"");
}

}  // namespace

TextStage::TextStage(const ModelDirectory& model, const LoadOptions& load,
                     const PromptTemplate& prompt_template)
    : device_(load.device),
      template_(prompt_template),
      tokenizer_(load_tokenizer(model.folder("tokenizer"))),
      tokenizer_2_(load_tokenizer(model.folder("tokenizer_2"))),
      llama_(model.load_text_encoder(load)),
      clip_(model.load_text_encoder_2(load)) {}

at::Tensor TextStage::encode_llama(const std::string& name, const std::string& prompt,
                                   const Events& events, PaddedText* padded) const {
  const int64_t crop = template_.crop_start;
  const Tokens tokens =
      tokenizer_->encode_padded(format_prompt(template_, prompt), kMaxPromptTokens + crop);
  tell_truncation(name, "LLaMA", tokens, events);
  const at::Tensor ids = row(tokens.ids), mask = row(tokens.mask);
  const int64_t valid = mask.sum().item<int64_t>();
  if (valid <= crop) {
    throw DataError(name + ": the tokenizer makes " + std::to_string(valid) +
                    " tokens of the prompt and its template, "
                    "expected more than the " +
                    std::to_string(crop) + " of the template alone");
  }
  if (padded != nullptr) {
    padded->input_ids = ids;
    padded->attention_mask = mask;
    padded->prompt_embeds_mask = mask.narrow(1, crop, kMaxPromptTokens);
    padded->prompt_embeds = (*llama_)(ids.to(device_), valid).narrow(1, crop, kMaxPromptTokens);
  }
  return (*llama_)(ids.narrow(1, 0, valid).to(device_), valid).narrow(1, crop, valid - crop);
}

at::Tensor TextStage::encode_clip(const std::string& name, const std::string& prompt,
                                  const Events& events, PaddedText* padded) const {
  const Tokens tokens = tokenizer_2_->encode_padded(prompt, kMaxClipTokens);
  tell_truncation(name, "CLIP", tokens, events);
  const at::Tensor ids = row(tokens.ids);
  if (padded != nullptr) padded->clip_input_ids = ids;
  return clip_->pooled(ids.to(device_));
}

TextEmbedding TextStage::encode(const std::string& name, const std::string& prompt,
                                const Events& events, PaddedText* padded) const {
  events.check_stop();
  const at::Tensor tokens = encode_llama(name, prompt, events, padded);
  events.check_stop();
  return {tokens, encode_clip(name, prompt, events, padded)};
}

}  // namespace flowreel
