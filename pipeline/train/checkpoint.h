// The state of a training run on disk: everything that the next step depends on.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace flowreel {

// Random numbers and the position in the data are functions of (seed, step), so they need no state
// of their own.
struct TrainingState {
  int64_t step = 0;  // steps that are done
  uint64_t seed = 0;
  std::string fingerprint;  // of the configuration: a run goes on only under the same one
  std::map<std::string, at::Tensor> tensors;  // "parameter.…", "average.…", "exp_avg.…", …
};

// Writes FOLDER/step_00001200/{state.safetensors,state.json} under a temporary name, syncs, and
// renames: a checkpoint is there whole or not at all. Then removes all but the newest `keep`.
// IoError when the disk is full and the like; older checkpoints are still there then.
void save_checkpoint(const std::string& folder, const TrainingState& state, int64_t keep);

// Whether FOLDER has a complete checkpoint.
bool has_checkpoint(const std::string& folder);

// The newest complete checkpoint in FOLDER; nothing when there is none. DataError when it cannot be
// understood.
std::optional<TrainingState> load_newest_checkpoint(const std::string& folder);

}  // namespace flowreel
