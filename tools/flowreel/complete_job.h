// A job as it will be run: with what the model's own defaults say.
#pragma once

#include "pipeline/generate/events.h"
#include "pipeline/queue/job.h"

namespace flowreel {

// Fills in the bundled model, the model's own size, steps and guidance, and options.job, by which
// the manifest can make the clip again. Paths are resolved before. UsageError: the job names no
// model and none is bundled; else errors as apply_model_defaults().
void complete_job(Job& job, const Events& events);

}  // namespace flowreel
