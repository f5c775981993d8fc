#include "tools/flowreel/complete_job.h"

#include <nlohmann/json.hpp>

#include "configs/job.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/defaults.h"

namespace flowreel {

void complete_job(Job& job, const Events& events) {
  if (job.options.model.empty()) job.options.model = bundled_model();
  if (job.options.model.empty())
    throw UsageError("job " + quote(job.id) +
                     " names no model; expected model.path, a diffusers pipeline directory");
  const nlohmann::json written = nlohmann::json::parse(job.effective);
  const auto says = [&](const char* pointer) {
    return written.contains(nlohmann::json::json_pointer(pointer));
  };
  apply_model_defaults({says("/sampling/steps"), says("/sampling/cfg_scale")}, job.options, events);
  job.options.job = job_json(job).dump();
}

}  // namespace flowreel
