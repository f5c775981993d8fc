// What moves, and what is left once the motion is taken out, by RAFT's optical flow.
#pragma once

#include <memory>

#include "pipeline/consistency/features/feature_models.h"
#include "pipeline/consistency/meter.h"

namespace flowreel {

// dynamic_degree: VBench's, 1 or 0: the rule of dynamic_rule.h with the flow of frames as they
// came, padded to a multiple of 8 (the padding counts among the 5 %, as theirs does) and scene cuts
// included. The series is s_t by its threshold.
//
// warping_error_raft: warping_error (meters/warping.h) at the same working size, with RAFT's flow
// in both directions in place of DIS, and the padding taken off.
//
// With a model of null, or one without a network, only the definitions may be looked at.
MeterRow raft_dynamic_degree(std::shared_ptr<const FeatureModel> model);
MeterRow raft_warping_error(std::shared_ptr<const FeatureModel> model);

}  // namespace flowreel
