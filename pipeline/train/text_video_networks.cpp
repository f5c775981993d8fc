#include "pipeline/train/text_video_networks.h"

#include "models/text/prompt_template.h"

namespace flowreel {

TextVideoParts TextVideoNetworks::parts(const CaptionTokenizer& tokenizer,
                                        double guidance_scale) const {
  TextVideoParts parts;
  parts.transformer = transformer.get();
  parts.llama = llama.get();
  parts.clip = clip.get();
  parts.tokenizer = remembering(tokenizer);
  parts.crop_start = hunyuan_video_prompt_template().crop_start;
  parts.guidance_scale = guidance_scale;
  return parts;
}

TextVideoNetworks load_text_video(const ModelDirectory& model, const LoadOptions& options) {
  TextVideoNetworks networks;
  networks.transformer = model.load_transformer(options);
  networks.llama = model.load_text_encoder(options);
  networks.clip = model.load_text_encoder_2(options);
  check_components_fit(model, *networks.transformer);
  return networks;
}

}  // namespace flowreel
