#include "pipeline/train/caption_tokenizer.h"

#include "models/text/prompt_template.h"
#include "models/text/tokenizer.h"

namespace flowreel {
namespace {

std::vector<int64_t> valid_ids(const Tokenizer& tokenizer, const std::string& text,
                               int64_t max_length) {
  Tokens tokens = tokenizer.encode_padded(text, max_length);
  size_t valid = 0;
  while (valid < tokens.mask.size() && tokens.mask[valid] != 0) ++valid;
  tokens.ids.resize(valid);
  return tokens.ids;
}

}  // namespace

CaptionTokenizer caption_tokenizer(const ModelDirectory& model) {
  const std::shared_ptr<Tokenizer> llama = load_tokenizer(model.folder("tokenizer")),
                                   clip = load_tokenizer(model.folder("tokenizer_2"));
  return [llama, clip](const std::string& caption) {
    const PromptTemplate& prompt_template = hunyuan_video_prompt_template();
    return CaptionIds{valid_ids(*llama, format_prompt(prompt_template, caption),
                                kMaxPromptTokens + prompt_template.crop_start),
                      valid_ids(*clip, caption, kMaxClipTokens)};
  };
}

}  // namespace flowreel
