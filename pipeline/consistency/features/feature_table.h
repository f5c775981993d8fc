// The metrics that need a network from a file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pipeline/consistency/features/feature_models.h"
#include "pipeline/consistency/meter.h"

namespace flowreel {

// Of all of them, in the order of reports.
std::vector<const Definition*> feature_definitions();

// Their meters, which say kWeightsMissing and why where the network is not there: nobody gave a
// manifest (null), it lists none of that role, or its file cannot be used. Without names of metrics
// (an empty list, which means all there are) those that nobody gave a network for are left out.
std::vector<MeterRow> feature_rows(const std::shared_ptr<const FeatureModels>& features,
                                   const std::vector<std::string>& metrics);

}  // namespace flowreel
