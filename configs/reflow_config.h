// The JSON file of a reflow. docs/training.md explains every key.
#pragma once

#include <string>
#include <vector>

#include "configs/run_config.h"
#include "pipeline/train/reflow/reflow.h"

namespace flowreel {

using ReflowConfig = RunConfig<ReflowPlan>;

// As read_train_config().
ReflowConfig read_reflow_config(const std::string& path, const std::vector<std::string>& overrides);

}  // namespace flowreel
