// One clip as a render queue orders it; configs/job.h reads it from JSON.
#pragma once

#include <map>
#include <string>

#include "pipeline/generate/options.h"

namespace flowreel {

struct Job {
  std::string id;    // names the folder of its results: letters, digits, ".", "_" and "-"
  std::string task;  // t2v | i2v | v2v | decode
  // Without names of outputs, which follow from the id. An empty model is the bundled one.
  GenerateOptions options;
  std::map<std::string, std::string> weights_sha256;  // by component, as in manifests; empty: any
  bool save_latents = false, save_frames = false, contact_sheet = true;
  std::string effective;  // all of it as a job file: with presets and overrides, without defaults
};

}  // namespace flowreel
