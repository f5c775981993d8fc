// Rectified flow in the plane: how straight the ways become, and what a few evaluations then reach.
#pragma once

#include <filesystem>

#include "tools/flow_experiment/models.h"

namespace flowreel {

// Trains the 1-, 2- and 3-rectified flow of every target and writes into the folder, after each
// target, what was measured over the seeds, "flow-matching-reflow.csv", and ways of the first seed
// for the figure, "flow-matching-reflow-points.csv". IoError.
void run_rectified(const std::filesystem::path& folder, const Budget& budget, int seeds);

}  // namespace flowreel
