// Manifests of networks for the metrics that need one.
#pragma once

#include <string>
#include <vector>

#include "pipeline/consistency/features/feature_models.h"

namespace flowreel {

// {"models": {"dino": {"file", "sha256", "torch", "input"}, …}} with at least one of dino, clip,
// raft and lpips; the input, of dino and clip alone, is {"size", "resize", "crop", "mean", "std"}.
// Every key is needed: docs/consistency.md. Files are relative to the manifest's own folder and are
// not looked at. DataError names the place, the value and what was expected; otherwise as
// read_document().
std::vector<FeatureFile> read_feature_manifest(const std::string& path);

}  // namespace flowreel
