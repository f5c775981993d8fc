// What a command line leaves out, from the model's own defaults.
#pragma once

#include <CLI/CLI.hpp>

#include "pipeline/generate/events.h"
#include "pipeline/generate/options.h"

namespace flowreel {

// Size, rate, steps and guidance that the options of `command` do not name, where flowreel.json of
// the model's directory does; a clip to start from has a size of its own. A notice says what came
// from there, another which words of the prompt the model was never taught. Errors as
// model_defaults().
void apply_model_defaults(const CLI::App& command, GenerateOptions& options, const Events& events);

}  // namespace flowreel
