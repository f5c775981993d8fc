// The JSON file of a training run. docs/training.md explains every key.
#pragma once

#include <string>
#include <vector>

#include "pipeline/train/plan.h"

namespace flowreel {

struct TrainConfig {
  TrainingPlan plan;
  std::string device = "auto";  // auto | cpu | cuda | cuda:N
  int64_t threads = 0;          // 0: one per core
  std::string effective;        // the whole configuration, with overrides, as JSON
};

// Reads the file, then applies overrides ("a.b=value") in order. MissingInputError, DataError
// (file, place, value, expectation), UsageError (an override).
TrainConfig read_train_config(const std::string& path, const std::vector<std::string>& overrides);

}  // namespace flowreel
