// The sentence that HunyuanVideo puts around a prompt before its LLaMA encoder reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flowreel {

struct PromptTemplate {
  std::string text;        // Python's format syntax: {} is the prompt, {{ and }} are braces
  int64_t crop_start = 0;  // leading tokens, with <|begin_of_text|>, whose embeddings are not used
};

// How many tokens of a prompt the pipeline shows to its transformer, and how many CLIP reads.
inline constexpr int64_t kMaxPromptTokens = 256;
inline constexpr int64_t kMaxClipTokens = 77;

// diffusers' DEFAULT_PROMPT_TEMPLATE of HunyuanVideoPipeline; crop_start 95.
const PromptTemplate& hunyuan_video_prompt_template();

// Python's text.format(prompt): only the template is formatted, braces in the prompt stay as they
// are. DataError for anything but {}, {0}, {{ and }} in the template.
std::string format_prompt(const PromptTemplate& prompt_template, std::string_view prompt);

}  // namespace flowreel
