// The job file: one clip as a render queue orders it. configs/job.schema.json says the same in JSON
// Schema; docs/jobs.md explains every key.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "configs/json_document.h"
#include "pipeline/queue/job.h"

namespace flowreel {

// One job; `pointer` is its place in the document. The preset that it names is taken as filled in
// already. DataError: "FILE:LINE:COLUMN: POINTER is VALUE, expected …".
Job read_job(const JsonDocument& document, const std::string& pointer = "");

// The job as a job file, complete but for what is the model's own to say, as read_job() takes it.
nlohmann::json job_json(const Job& job);

}  // namespace flowreel
