// What a command line or a job leaves out, from the model's own defaults.
#pragma once

#include "pipeline/generate/events.h"
#include "pipeline/generate/options.h"

namespace flowreel {

// Which of the values that have a default of their own were asked for.
struct GivenSampling {
  bool steps = false, cfg_scale = false;
};

// Size, rate, steps and guidance that were not asked for, where flowreel.json of the model's
// directory names them; a clip to start from has a size of its own. A notice says what came from
// there, another which words of the prompt the model was never taught. Errors as model_defaults().
void apply_model_defaults(const GivenSampling& given, GenerateOptions& options,
                          const Events& events);

}  // namespace flowreel
