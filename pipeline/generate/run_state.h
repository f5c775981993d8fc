// What a run that was killed goes on from: a file beside its results.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/generate/events.h"
#include "pipeline/generate/hash.h"
#include "pipeline/generate/options.h"
#include "pipeline/generate/sample.h"

namespace flowreel {

struct RunState {
  SamplingState sampling;                     // on the CPU
  std::map<std::string, std::string> hashes;  // of what came before it, as in RunRecord
  std::vector<std::string> state_hashes;
  WeightsDigest::Lines weights_read;
};

class StateFile {
 public:
  // An empty file in the options: nothing is kept. `key` stands for all that decides the latents: a
  // state is used only under the key it was saved under.
  StateFile(const CheckpointOptions& options, std::string key, const Events& events)
      : options_(options), key_(std::move(key)), events_(events) {}

  // Nothing when there is none; nor when it is of another run or broken, which a notice says: that
  // run then begins anew, and its first save() replaces the file.
  std::optional<RunState> load() const;

  // Whether it is time to save after so many steps.
  bool is_due(int steps_done) const {
    return is_kept() && options_.every_steps > 0 && steps_done % options_.every_steps == 0;
  }
  bool is_kept() const { return !options_.file.empty(); }

  // For a file that is kept. Atomic: the state is there whole, or the one before it is. Makes the
  // folder when it is not there. OutputError, IoError.
  void save(const RunState& state) const;

 private:
  CheckpointOptions options_;
  std::string key_;
  const Events& events_;
};

// The names, sizes and times of change of all files in a model's directory: a run does not go on
// with a model that was exchanged. MissingInputError, IoError.
std::string model_identity(const std::string& folder);

}  // namespace flowreel
