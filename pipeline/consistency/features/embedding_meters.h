// Whether frames stay alike in the eyes of an image network: what is shown, not its pixels.
#pragma once

#include <memory>

#include "pipeline/consistency/features/feature_models.h"
#include "pipeline/consistency/meter.h"

namespace flowreel {

// Of the features of frames, each the network's answer to one of them, as they came; <a,b> is their
// cosine. With a model of null, or one without a network, only the definitions may be looked at.
//
// subject_consistency (DINO), background_consistency (CLIP): VBench's, mean over t >= 1 of
// ½ (max(0, <d_{t-1},d_t>) + max(0, <d_0,d_t>)), scene cuts included. Where the preprocessing is
// not VBench's, that of DINO is called subject_consistency_crop224 and that of CLIP has no value:
// the one that does not fit is kNotApplicable.
//
// clip_temp: mean <c_{t-1},c_t> over pairs of neighbours, without those across a cut.
//
// drift_curve_dino, drift_curve_clip: drift_curve of likeness.h with <a,b> in place of SSIM. The
// series is <d_0,d_t> by frame.
MeterRow dino_meter(std::shared_ptr<const FeatureModel> model);
MeterRow clip_meter(std::shared_ptr<const FeatureModel> model);

}  // namespace flowreel
