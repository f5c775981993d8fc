// The job file: one clip as a render queue orders it. configs/job.schema.json says the same in JSON
// Schema; docs/jobs.md explains every key.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "configs/json_document.h"
#include "pipeline/generate/options.h"

namespace flowreel {

enum class Determinism { kDefault, kStrict };

struct Job {
  std::string id;    // names the folder of its results: letters, digits, ".", "_" and "-"
  std::string task;  // t2v | i2v | v2v | decode
  // Without names of outputs, which follow from the id. An empty model is the bundled one.
  GenerateOptions options;
  std::map<std::string, std::string> weights_sha256;  // by component, as in manifests; empty: any
  Determinism determinism = Determinism::kDefault;
  int64_t checkpoint_every = 0;  // steps; 0: only before decoding
  bool save_latents = false, save_frames = false, contact_sheet = true;
  double timeout_s = 0;   // 0: none
  std::string effective;  // all of it as a job file: with presets and overrides, without defaults
};

// One job; `pointer` is its place in the document. The preset that it names is taken as filled in
// already. DataError: "FILE:LINE:COLUMN: POINTER is VALUE, expected …".
Job read_job(const JsonDocument& document, const std::string& pointer = "");

// The job file of these options, complete but for what is the model's own to say, as read_job()
// takes it.
nlohmann::json job_json(const std::string& id, const GenerateOptions& options);

}  // namespace flowreel
