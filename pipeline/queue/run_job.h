// A job from options to a published folder of results.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "pipeline/generate/events.h"
#include "pipeline/generate/manifest.h"
#include "pipeline/generate/model_cache.h"
#include "pipeline/queue/job.h"

namespace flowreel {

// DIR/<id>/ holds clip.mp4 (its ending is the codec's), manifest.json, contact.png, and
// latents.safetensors and frames/ where the job asks for them. It appears under its name whole or
// not at all.
struct JobResult {
  std::string folder, clip, manifest;
  bool was_there = false;  // the same job's results were there already and are whole
};

struct RunJobOptions {
  std::string output_dir;
  // Of the claim that it is run under; what older claims left unfinished is removed. 0: of none.
  int64_t token = 0;
  ModelCache* models = nullptr;  // networks that stay for the next job
  // Asked when all is written: whether it is still wanted. May be empty.
  std::function<bool()> may_publish;
};

// Runs it, unless its results are there already: a manifest of the same job, and a clip with the
// SHA-256 that it names. OutputError: the folder holds something else; TemporaryError: the job's
// time is up, or it may not publish; else the errors of generate(). After an error nothing of it is
// left but DIR/.checkpoints/<id>.safetensors, from which the same job goes on.
JobResult run_job(const Job& job, const RunJobOptions& options, const Events& events);

// All that can be said before the run: everything that generate() checks before the first weight is
// read, and whether the folder of results can be made. The record has the sizes that were resolved.
RunRecord check_job(const Job& job, const std::string& output_dir, const Events& events);

}  // namespace flowreel
