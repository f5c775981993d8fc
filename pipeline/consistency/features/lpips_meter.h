// How different neighbouring frames look to a network that was taught what people see.
#pragma once

#include <memory>

#include "pipeline/consistency/features/feature_models.h"
#include "pipeline/consistency/meter.h"

namespace flowreel {

// lpips_adjacent: mean over pairs of neighbours, as they came, of LPIPS (Zhang et al. 2018, arXiv
// 1801.03924), without those across a cut. With a model of null, or one without a network, only the
// definition may be looked at.
MeterRow lpips_meter(std::shared_ptr<const FeatureModel> model);

}  // namespace flowreel
