// One clip as a render queue orders it; configs/job.h reads it from JSON.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "pipeline/generate/options.h"

namespace flowreel {

struct Job {
  std::string id;    // names the folder of its results: letters, digits, ".", "_" and "-"
  std::string task;  // t2v | i2v | v2v | decode
  // Without names of outputs and of the checkpoint, which follow from the id. An empty model is the
  // bundled one.
  GenerateOptions options;
  std::optional<double> timeout_s;  // of one attempt, seconds
  bool save_latents = false, save_frames = false, contact_sheet = true;
  std::string effective;  // all of it as a job file: with presets and overrides, without defaults
};

// The paths in a job, by the key that each has in its file; where a job names none it is empty.
struct JobPath {
  const char* key;
  std::string* path;
};
inline std::array<JobPath, 5> paths_of(Job& job) {
  GenerateOptions& o = job.options;
  return {{{"model.path", &o.model},
           {"input", &o.input},
           {"first_frame", &o.first_frame},
           {"from_latents", &o.from_latents},
           {"initial_latents", &o.initial_latents}}};
}

}  // namespace flowreel
