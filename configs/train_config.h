// The JSON file of a training run. docs/training.md explains every key.
#pragma once

#include <string>
#include <vector>

#include "configs/run_config.h"
#include "pipeline/train/plan.h"

namespace flowreel {

using TrainConfig = RunConfig<TrainingPlan>;

// Reads the file, then applies overrides ("a.b=value") in order. MissingInputError, DataError
// (file, place, value, expectation), UsageError (an override).
TrainConfig read_train_config(const std::string& path, const std::vector<std::string>& overrides);

}  // namespace flowreel
