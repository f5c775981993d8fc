#include "models/text/prompt_template.h"

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {

const PromptTemplate& hunyuan_video_prompt_template() {
  static const PromptTemplate prompt_template{
      "<|start_header_id|>system<|end_header_id|>\n\nDescribe the video by detailing the following "
      "aspects: "
      "1. The main content and theme of the video."
      "2. The color, shape, size, texture, quantity, text, and spatial relationships of the "
      "objects."
      "3. Actions, events, behaviors temporal relationships, physical movement changes of the "
      "objects."
      "4. background environment, light, style and atmosphere."
      "5. camera angles, movements, and transitions used in the video:<|eot_id|>"
      "<|start_header_id|>user<|end_header_id|>\n\n{}<|eot_id|>",
      95};
  return prompt_template;
}

std::string format_prompt(const PromptTemplate& prompt_template, std::string_view prompt) {
  const std::string_view form = prompt_template.text;
  std::string formatted;
  for (size_t i = 0; i < form.size();) {
    const std::string_view rest = form.substr(i);
    if (rest.starts_with("{{") || rest.starts_with("}}")) {
      formatted += rest[0];
      i += 2;
    } else if (rest.starts_with("{}") || rest.starts_with("{0}")) {
      formatted += prompt;
      i += rest[1] == '}' ? 2 : 3;
    } else if (rest[0] == '{' || rest[0] == '}') {
      throw DataError("prompt template: " + quote(rest.substr(0, 20)) + " at byte " +
                      std::to_string(i) + ": expected {}, {{ or }}");
    } else {
      formatted += rest[0];
      ++i;
    }
  }
  return formatted;
}

}  // namespace flowreel
