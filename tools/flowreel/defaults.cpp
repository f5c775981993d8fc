#include "tools/flowreel/defaults.h"

#include "errors/error.h"
#include "errors/quote.h"
#include "models/model_defaults.h"
#include "models/model_dir.h"
#include "models/text/words.h"
#include "tools/flowreel/printable.h"

namespace flowreel {
namespace {

// Sets what is unset, and says so in `said`.
template <typename T, typename U>
void fill(std::optional<T>& option, const std::optional<U>& value, const char* name,
          std::vector<std::string>& said) {
  if (option || !value) return;
  option = static_cast<T>(*value);
  said.push_back(std::string(name) + " " + number_text(static_cast<double>(*value)));
}

void tell_unknown_words(const std::string& prompt, const std::vector<std::string>& known,
                        const Events& events) {
  if (known.empty()) return;
  std::vector<std::string> unknown = unknown_words(prompt, known);
  if (unknown.empty()) return;
  for (std::string& word : unknown) word = quote(word);
  events.tell("the model was never taught " + joined(unknown) +
              "; see docs/shapes.md for words it knows");
}

}  // namespace

void apply_model_defaults(const GivenSampling& given, GenerateOptions& options,
                          const Events& events) {
  const ModelDefaults defaults = model_defaults(ModelDirectory(options.model));
  const bool finished = !options.from_latents.empty();
  std::vector<std::string> said;
  SizeOptions& size = options.size;
  if (options.input.empty()) {
    if (!finished) {
      fill(size.width, defaults.width, "width", said);
      fill(size.height, defaults.height, "height", said);
      fill(size.num_frames, defaults.num_frames, "frames", said);
    }
    fill(size.fps, defaults.fps, "fps", said);
  }
  SamplingOptions& sampling = options.sampling;
  if (!finished && !given.steps && sampling.sigmas.empty() && defaults.steps) {
    sampling.steps = static_cast<int>(*defaults.steps);
    said.push_back("steps " + std::to_string(*defaults.steps));
  }
  if (!finished && !given.cfg_scale && defaults.cfg_scale) {
    sampling.cfg_scale = *defaults.cfg_scale;
    said.push_back("cfg scale " + number_text(*defaults.cfg_scale));
  }
  if (!said.empty()) events.tell("the model's own " + joined(said));
  if (!finished) tell_unknown_words(options.prompt, defaults.words, events);
}

}  // namespace flowreel
